using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics;

/// <summary>What callers label calls with.</summary>
public enum Label { Session, Workflow, Account, Tag }

/// <summary>
/// Confirmed spend of a span by what callers labelled their calls with, dearest first. Read from the entries, as rollups do not
/// keep labels: give it spans of weeks, not of years.
/// </summary>
public sealed class LabelledSpend(TenantDb tenants)
{
    /// <param name="organizationId">Whose spend.</param>
    /// <param name="label">Which label.</param>
    /// <param name="tag">The tag's name, for <see cref="Label.Tag"/>.</param>
    /// <param name="span">UTC.</param>
    /// <param name="top">How many, the dearest first; calls without the label count as one more of them.</param>
    /// <param name="token">Ends the read.</param>
    public Task<IReadOnlyList<SpendShare>> ReadAsync(Guid organizationId, Label label, string? tag, Period span, int top, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyList<SpendShare>>(organizationId, async db =>
        {
            var column = label switch
            {
                Label.Session => "session_id",
                Label.Workflow => "workflow_id",
                Label.Account => "account_id",
                Label.Tag => "tags ->> {1}",
            };
            // Only a text of this method goes into the statement; values go as parameters.
            var sql = $$"""
                SELECT {{column}} AS "Name", sum(total_cost) AS "Cost", count(*) FILTER (WHERE kind = 'usage' AND final) AS "Requests",
                  sum(input_units + cached_input_units + cache_write_units + output_units + reasoning_units)::bigint AS "Tokens"
                FROM ledger_entries WHERE organization_id = {0} AND started_at >= {2} AND started_at < {3}
                GROUP BY 1 ORDER BY 2 DESC, 3 DESC, 1 LIMIT {4}
                """;
            var rows = await db.Database.SqlQueryRaw<Row>(sql, organizationId, tag ?? "", span.Start, span.End, top).ToListAsync(token);
            return [.. rows.Select(row => new SpendShare(null, row.Name, row.Cost, row.Requests, row.Tokens))];
        }, token);

    private sealed record Row(string? Name, decimal Cost, long Requests, long Tokens);
}
