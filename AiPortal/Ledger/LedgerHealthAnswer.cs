using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Health;

namespace AiPortal.Ledger;

/// <summary>The journal of the node that answers.</summary>
internal sealed record JournalAnswer(string Status, int Records, long Bytes, int Open, int SettlementsUnwritten, DateTimeOffset? OldestUnsettledAt, double OldestUnsettledSeconds, string? Fault);

/// <summary>The ledger writer of the node that answers.</summary>
internal sealed record WriterAnswer(int Queued, DateTimeOffset? FailingSince, int Parked, long CallsDropped, DateTimeOffset? LastCommitAt);

/// <summary>The last verification of all nodes.</summary>
internal sealed record VerificationAnswer(DateTimeOffset At, long TookMs, long Entries, int Differences);

/// <summary>A <see cref="LedgerHealthView"/> in JSON; amounts in USD.</summary>
internal sealed record LedgerHealthAnswer(
    string Node, JournalAnswer Journal, WriterAnswer Writer, int? MonthsReady, VerificationAnswer? Verification, decimal UnexplainedDifference, decimal UnknownCost)
{
    public static LedgerHealthAnswer Of(LedgerHealthView view, DateTimeOffset now)
    {
        var (journal, writer, verdict) = (view.Journal, view.Writer, view.Facts?.Verdict);
        return new LedgerHealthAnswer(
            view.Node,
            new JournalAnswer(EnumWord.Of(journal.Status), journal.EntriesUndrained, journal.BytesPending, journal.IntentsOpen, journal.SettlementsUnwritten,
                journal.OldestUnsettledAt, journal.OldestUnsettledAt is { } at ? Math.Round((now - at).TotalSeconds, 3) : 0, journal.Fault),
            new WriterAnswer(writer.Queued, writer.FailingSince, writer.Parked, writer.CallsDropped, writer.LastCommitAt),
            view.Facts?.MonthsReady,
            verdict is null ? null : new VerificationAnswer(verdict.At, (long)verdict.Took.TotalMilliseconds, verdict.Entries, verdict.Differences),
            view.UnexplainedUsd,
            view.UnknownUsd);
    }
}
