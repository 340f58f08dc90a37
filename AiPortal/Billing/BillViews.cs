using System.Text.Json.Serialization;
using AiPortal.Core.Billing;
using AiPortal.Core.Data;

namespace AiPortal.Billing;

/// <summary>A bill as the API answers it. Amounts are in <c>currency</c>, those named <c>…_usd</c> are exact.</summary>
internal record BillHeadView(
    Guid Id, Guid OrganizationId, string? Number, string Period, DateTimeOffset PeriodStart, DateTimeOffset PeriodEnd, string TimeZone,
    IReadOnlyDictionary<string, Guid> Scope, BillScope ScopeType, Guid ScopeId, string ScopeName, int Sequence, BillStatus Status, bool Settles, bool Early,
    string Currency, decimal ExchangeRate, decimal Subtotal, decimal Adjustments, decimal Unresolved, decimal Total, decimal TotalUsd,
    long CutoffFrom, long? Cutoff, string? ContentHash, int OpenCalls, DateTimeOffset? FinalizedAt, Guid? FinalizedBy,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static BillHeadView Of(Bill bill) => new(
        bill.Id, bill.OrganizationId, bill.Number, bill.Period, bill.PeriodStart, bill.PeriodEnd, bill.TimeZone,
        new Dictionary<string, Guid> { [ScopeMember(bill.ScopeType)] = bill.ScopeId }, bill.ScopeType, bill.ScopeId, bill.ScopeName, bill.Sequence,
        bill.Status, bill.Settles, bill.FinalizedAt < bill.PeriodEnd, bill.Currency, bill.ExchangeRate, bill.Subtotal, bill.Adjustments, bill.Unresolved,
        bill.Total, bill.TotalUsd, bill.CutoffFrom, bill.Cutoff, bill.ContentHash, bill.OpenCalls, bill.FinalizedAt, bill.FinalizedBy,
        bill.CreatedAt, bill.UpdatedAt);

    /// <summary>As the scope is named in a request.</summary>
    public static string ScopeMember(BillScope scope) => scope == BillScope.Organization ? "organization" : EnumWord.Of(scope) + "_id";
}

/// <summary>A bill with its lines. The amounts of <c>lines</c> add up to <c>total</c>; what is unresolved is listed apart.</summary>
internal sealed record BillWholeView : BillHeadView
{
    private BillWholeView(BillHeadView head) : base(head)
    {
    }

    [JsonPropertyOrder(1)]
    public required IReadOnlyList<BillLineView> Lines { get; init; }

    [JsonPropertyOrder(1)]
    public required IReadOnlyList<BillLineView> UnresolvedLines { get; init; }

    public static BillWholeView Of(BillHeadView head, IReadOnlyList<BillLineView> lines, IReadOnlyList<BillLineView> unresolved) =>
        new(head) { Lines = lines, UnresolvedLines = unresolved };

    public static BillWholeView Of(BillView view)
    {
        var lines = view.Lines.Select(BillLineView.Of).ToLookup(line => line.Section == BillSections.Unresolved);
        return Of(BillHeadView.Of(view.Bill), [.. lines[false]], [.. lines[true]]);
    }
}

internal sealed record BillLineView(
    int Line, string Section, Guid? CostCenterId, string? CostCenterName, Guid? TeamId, string? TeamName, Guid? ProjectId, string? ProjectName,
    string ProviderName, string ModelName, string CostType, long Requests, long InputUnits, long CachedInputUnits, long OutputUnits, long ReasoningUnits,
    decimal AmountUsd, decimal Amount)
{
    public static BillLineView Of(BillLine line) => new(
        line.LineNo, line.Section, line.CostCenterId, line.CostCenterName, line.TeamId, line.TeamName, line.ProjectId, line.ProjectName,
        line.ProviderName, line.ModelName, line.CostType, line.Requests, line.InputUnits, line.CachedInputUnits, line.OutputUnits, line.ReasoningUnits,
        line.AmountUsd, line.Amount);
}
