using System.Diagnostics.Metrics;

namespace AiPortal.Core.Budgets.Leases;

/// <summary>Counts for <c>/metrics</c>.</summary>
public sealed class LeaseMetrics : IDisposable
{
    private const string Name = "AiPortal.Core.Budgets";
    private readonly Meter _meter;
    private readonly Counter<long> _takes;
    private readonly Counter<long> _waits;
    private readonly Counter<long> _recalls;
    private readonly Counter<long> _refusals;
    private Func<int> _held = () => 0;

    public LeaseMetrics(IMeterFactory? meters = null)
    {
        _meter = meters?.Create(Name) ?? new Meter(Name);
        _takes = _meter.CreateCounter<long>("aiportal_lease_takes_total", description: "Statements that asked the database for slices of budgets.");
        _waits = _meter.CreateCounter<long>("aiportal_lease_waits_total", description: "Calls that waited for a slice, by budget.");
        _recalls = _meter.CreateCounter<long>("aiportal_lease_recalls_total", description: "Budgets of which other nodes were asked to return what they do not hold.");
        _refusals = _meter.CreateCounter<long>("aiportal_lease_refusals_total", description: "Calls refused after the database was asked.");
        _meter.CreateObservableGauge("aiportal_leases_held", () => _held(), description: "Budget periods of which this node has a slice.");
        _takes.Add(0);
        _waits.Add(0);
        _recalls.Add(0);
        _refusals.Add(0);
    }

    public void Dispose() => _meter.Dispose();

    internal void Watch(Func<int> held) => _held = held;

    internal void Took() => _takes.Add(1);

    internal void Waited() => _waits.Add(1);

    internal void Recalled() => _recalls.Add(1);

    internal void Refused(int calls) => _refusals.Add(calls);
}
