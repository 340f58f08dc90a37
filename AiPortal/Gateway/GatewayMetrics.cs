using System.Diagnostics.Metrics;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>Counts for <c>/metrics</c>; no label has a value that callers choose.</summary>
internal sealed class GatewayMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly UpDownCounter<long> _active;
    private readonly Counter<long> _calls;
    private readonly Counter<long> _milliseconds;

    public GatewayMetrics(SnapshotStore snapshots, IMeterFactory meters)
    {
        _meter = meters.Create("AiPortal.Gateway");
        _active = _meter.CreateUpDownCounter<long>("aiportal_gateway_calls_active");
        _calls = _meter.CreateCounter<long>("aiportal_gateway_calls_total");
        _milliseconds = _meter.CreateCounter<long>("aiportal_gateway_call_milliseconds_total");
        _meter.CreateObservableGauge("aiportal_snapshot_rows_skipped", () => snapshots.Current.SkippedRows, description: "Malformed rows left out of the configuration.");
    }

    public void Began() => _active.Add(1);

    public void Ended(GatewayCall call, int elapsedMs)
    {
        _active.Add(-1);
        var outcome = call.Refusal?.Failure.ToString() ?? "Ok";
        _calls.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        _milliseconds.Add(elapsedMs);
    }

    public void Dispose() => _meter.Dispose();
}
