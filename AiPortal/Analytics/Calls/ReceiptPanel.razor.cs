using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Ledger;
using AiPortal.Ui.Figures;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Analytics.Calls;

/// <summary>What one call cost and why: every unit times its price, the attempts, and who pays. In a drawer or on a page of its own.</summary>
public sealed partial class ReceiptPanel
{
    private CallReceipt? _receipt;
    private IReadOnlyList<AttributedTo> _attributed = [];
    private ReceiptState _state;
    private bool _mayCorrect;
    private bool _maySeeBodies;
    private Guid? _shown;
    private string _topic = "";

    private enum ReceiptState { Reading, NotAllowed, Read }

    [Inject] internal IStringLocalizer<CallText> Text { get; init; } = default!;

    [Inject] internal CallReceipts Receipts { get; init; } = default!;

    [Inject] internal AttributionNames Names { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Parameter, EditorRequired] public Guid RequestId { get; set; }

    /// <summary>On a page of its own, with room for two columns.</summary>
    [Parameter] public bool Wide { get; set; }

    private CallStatus? Status => _receipt?.Call?.Status ?? (Last is { } last ? CallWords.StatusOf(last.Entry.Status) : null);

    private DateTimeOffset? StartedAt => _receipt?.Call?.StartedAt ?? Last?.Entry.StartedAt;

    private IReadOnlyList<AttemptReceipt> Tried => [.. _receipt!.Attempts.Where(attempt => attempt.Entry.Kind == EntryKind.Usage)];

    private AttemptReceipt? Last => _receipt?.Attempts.LastOrDefault(attempt => attempt.Entry.Kind == EntryKind.Usage);

    private IEnumerable<string> Notes
    {
        get
        {
            var entries = _receipt!.Attempts.Select(attempt => attempt.Entry).ToList();
            if (_receipt.Call is null) yield return Text["Note.Pending"];
            if (_receipt.Call?.ReplayOf is not null) yield return Text["Note.Replay"];
            if (Status is { } status and not CallStatus.Ok) yield return Text["Note." + status];
            if (CallWords.Error(Text, _receipt.Call?.ErrorCode) is { } error) yield return error;
            if (entries.Exists(entry => entry.CostDetail?.Notes?.Cached == true)) yield return Text["Note.Cached"];
            if (entries.Exists(entry => entry.Estimated)) yield return Text["Note.Estimated"];
            if (entries.Exists(entry => entry is { PriceId: null, Kind: EntryKind.Usage })) yield return Text["Note.Unpriced"];
            if (entries.Exists(entry => entry.AboveCeiling)) yield return Text["Note.AboveCeiling"];
            if (entries.Sum(entry => entry.UnresolvedCost) is > 0 and var unresolved)
                yield return Text["Receipt.Unresolved", Formats.Current.Money(unresolved, "USD", MoneyMode.Call)];
        }
    }

    protected override async Task OnParametersSetAsync()
    {
        if (_shown == RequestId) return;
        (_shown, _state) = (RequestId, ReceiptState.Reading);
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        var wanted = RequestId;
        var (actor, organization) = await Current.HereAsync();
        _topic = LedgerSignals.Topic(organization);
        _maySeeBodies = actor.May(Permission.ViewBodies, organization);
        _mayCorrect = actor.May(Permission.ManageRecords, organization);
        if (!actor.May(Permission.ViewCalls, organization))
        {
            _state = ReceiptState.NotAllowed;
            return;
        }

        var receipt = await Receipts.ReadAsync(organization, wanted);
        var attributed = receipt is null ? [] : await Names.ReadAsync(organization, AttributionOf(organization, receipt));
        if (wanted != RequestId) return;
        (_receipt, _attributed, _state) = (receipt, attributed, ReceiptState.Read);
    }

    // What is written does not change; only what is still on its way, or may be corrected, is read again.
    private Task RefreshAsync() =>
        _state == ReceiptState.Read && (_receipt?.Call is null || Status == CallStatus.Unknown) ? ReadAsync() : Task.CompletedTask;

    private static Attribution AttributionOf(Guid organization, CallReceipt receipt) => receipt switch
    {
        { Call: { } call } => new(organization, call.DepartmentId, call.TeamId, call.ProjectId, call.CostCenterId, call.EnvironmentId, call.UserId, call.KeyId),
        _ => receipt.Attempts[^1].Entry is var e ? new(organization, e.DepartmentId, e.TeamId, e.ProjectId, e.CostCenterId, e.EnvironmentId, e.UserId, e.KeyId) : new(organization),
    };

    private static string LinkTo(AttributedTo to) => to.Dimension switch
    {
        Dimension.Department => new CallQuery { Department = to.Id }.Href,
        Dimension.Team => new CallQuery { Team = to.Id }.Href,
        Dimension.Project => new CallQuery { Project = to.Id }.Href,
        Dimension.CostCenter => new CallQuery { CostCenter = to.Id }.Href,
        Dimension.Environment => new CallQuery { Environment = to.Id }.Href,
        Dimension.User => new CallQuery { User = to.Id }.Href,
        Dimension.Key => new CallQuery { Key = to.Id }.Href,
        Dimension.Provider or Dimension.Model or Dimension.RequestType or Dimension.CostType => CallQuery.Path,
    };
}
