using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Health;
using AiPortal.Core.Ledger.Journals;
using AiPortal.Hosting;

namespace AiPortal.Gateway;

/// <summary>What waits for the ledger on this node, and the last verification of all.</summary>
internal sealed class LedgerFigures(Journal journal, LedgerWriter writer, LedgerWatch watch, TimeProvider clock) : IHealthFigures
{
    public string Name => "ledger";

    public IReadOnlyDictionary<string, object?> Read()
    {
        var (state, facts) = (journal.State, watch.Facts);
        return new Dictionary<string, object?>
        {
            ["journal"] = EnumWord.Of(state.Status),
            ["backlog_records"] = state.EntriesUndrained,
            ["backlog_bytes"] = state.BytesPending,
            ["oldest_unsettled_seconds"] = state.OldestUnsettledAt is { } at ? Math.Round((clock.GetUtcNow() - at).TotalSeconds, 3) : 0,
            ["failing_since"] = writer.State.FailingSince,
            ["unexplained_difference"] = facts?.Verdict?.UnexplainedUsd,
            ["verified_at"] = facts?.Verdict?.At,
            ["months_ready"] = facts?.MonthsReady,
        };
    }
}
