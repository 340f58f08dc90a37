using System.Diagnostics.Metrics;
using AiPortal.Core.Ledger.Journals;

namespace AiPortal.Core.Ledger.Health;

/// <summary>The ledger's figures for <c>/metrics</c>: this node's journal and writer, and what the database says of the whole.</summary>
public sealed class LedgerMetrics : IDisposable
{
    private readonly Meter _meter;

    public LedgerMetrics(Journal journal, LedgerWriter writer, LedgerWatch watch, IMeterFactory meters, TimeProvider clock)
    {
        _meter = meters.Create("AiPortal.Core.Ledger");
        Gauge("aiportal_journal_entries_undrained", () => journal.State.EntriesUndrained, "Attempts that are not known to be in the database.");
        Gauge("aiportal_journal_bytes", () => journal.State.BytesPending, "Size of the journal on disk.");
        Gauge("aiportal_journal_intents_open", () => journal.State.IntentsOpen, "Attempts under way.");
        Gauge("aiportal_journal_settlements_unwritten", () => journal.State.SettlementsUnwritten, "Settlements kept in memory because the disk refused them.");
        Gauge("aiportal_journal_status", () => (int)journal.State.Status, "0 ok, 1 nearly full, 2 full, 3 disk failed.");
        Seconds("aiportal_journal_oldest_unsettled_seconds", () => journal.State.OldestUnsettledAt is { } at ? clock.GetUtcNow() - at : TimeSpan.Zero, "Age of the oldest attempt under way.");
        Gauge("aiportal_ledger_writer_queued", () => writer.State.Queued, "Outcomes and call rows that wait in memory.");
        Gauge("aiportal_ledger_writer_parked", () => writer.State.Parked, "Entries that the database refuses for what they hold.");
        Seconds("aiportal_ledger_writer_failing_seconds", () => writer.State.FailingSince is { } since ? clock.GetUtcNow() - since : TimeSpan.Zero, "How long the database has not taken entries.");
        _meter.CreateObservableCounter("aiportal_call_log_rows_dropped_total", () => writer.State.CallsDropped, description: "Log rows of refused calls given up because memory was full.");
        Gauge("aiportal_ledger_differences", () => watch.Facts?.Verdict?.Differences ?? 0, "Differences found by the last verification.");
        _meter.CreateObservableGauge("aiportal_ledger_unexplained_usd", () => (double)(watch.Facts?.Verdict?.UnexplainedUsd ?? 0), description: "USD by which entries and rollups differ.");
        Seconds("aiportal_ledger_verification_age_seconds", () => watch.Facts?.Verdict is { } verdict ? clock.GetUtcNow() - verdict.At : TimeSpan.Zero, "Time since the last verification.");
        Gauge("aiportal_ledger_months_ready", () => watch.Facts?.MonthsReady ?? 0, "Of this month and the next three, those that have partitions.");
        Gauge("aiportal_ledger_next_month_missing", () => watch.Facts is { NextMonthReady: false } ? 1 : 0, "1 is an alarm: next month has no partition.");
    }

    public void Dispose() => _meter.Dispose();

    private void Gauge(string name, Func<long> value, string description) => _meter.CreateObservableGauge(name, value, description: description);

    private void Seconds(string name, Func<TimeSpan> value, string description) =>
        _meter.CreateObservableGauge(name, () => Math.Round(value().TotalSeconds, 3), description: description);
}
