using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Days;
using AiPortal.Core.Ledger.Journals;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Ledger.Health;

/// <summary>Whether an organization can trust its figures now.</summary>
/// <param name="Node">The node that answers; journal and writer are its own.</param>
/// <param name="Facts">Null until this node has reached the database once.</param>
/// <param name="UnexplainedUsd">Of this organization, by the last verification; 0 is the aim.</param>
/// <param name="UnknownUsd">Held by its outcomes that nobody has resolved yet.</param>
public sealed record LedgerHealthView(string Node, JournalState Journal, LedgerWriterState Writer, LedgerFacts? Facts, decimal UnexplainedUsd, decimal UnknownUsd);

/// <summary>Read model of the page "Ledger health".</summary>
public sealed class LedgerHealth(Journal journal, LedgerWriter writer, LedgerWriterOptions options, LedgerWatch watch, TenantDb tenants)
{
    public Task<LedgerHealthView> ReadAsync(Guid organizationId, CancellationToken token = default) => tenants.ReadAsync(organizationId, async db =>
    {
        var unknown = await db.Set<UsageDay>().Where(day => day.Dimension == UsageDimension.Organization).SumAsync(day => day.UnresolvedCost, token);
        var verdict = watch.Facts?.Verdict?.Id;
        var unexplained = verdict is null ? 0 : await db.Database
            .SqlQuery<decimal>($"SELECT coalesce(sum(unexplained), 0) AS \"Value\" FROM ledger_differences WHERE verification_id = {verdict}").SingleAsync(token);
        return new LedgerHealthView(options.Node, journal.State, writer.State, watch.Facts, unexplained, unknown);
    }, token);
}
