namespace AiPortal.Core.Billing;

/// <summary>A bill as it is read: a draft with what the ledger says now, a finalized one as it was stored.</summary>
/// <param name="Bill">Header and totals; detached.</param>
/// <param name="OrganizationName">Of today.</param>
/// <param name="Lines">In printed order.</param>
public sealed record BillView(Bill Bill, string OrganizationName, IReadOnlyList<BillLine> Lines)
{
    public bool IsFinalized => Bill.Status == BillStatus.Finalized;

    /// <summary>True where it was finalized before its period was over; later usage goes on the next sequence.</summary>
    public bool IsEarly => Bill.FinalizedAt is { } at && at < Bill.PeriodEnd;

    public IEnumerable<BillLine> Of(string section) => Lines.Where(line => line.Section == section);
}

/// <summary>Which bills to list.</summary>
public sealed record BillFilter(string? Period = null, BillStatus? Status = null, BillScope? Scope = null, Guid? ScopeId = null);
