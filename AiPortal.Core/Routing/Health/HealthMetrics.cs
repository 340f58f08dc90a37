using System.Diagnostics.Metrics;
using AiPortal.Core.Data;

namespace AiPortal.Core.Routing.Health;

/// <summary>Circuits and attempts by account for <c>/metrics</c>: labels are ids of accounts, of at most so many, never anything that callers choose.</summary>
public sealed class HealthMetrics : IDisposable
{
    private const int MostAccounts = 100;
    private readonly Meter _meter;
    private readonly HealthBook _book;

    public HealthMetrics(HealthBook book, IMeterFactory meters)
    {
        _book = book;
        _meter = meters.Create("AiPortal.Core.Routing");
        _meter.CreateObservableGauge("aiportal_account_circuit", Circuits, description: "0 closed, 1 half open, 2 open.");
        _meter.CreateObservableGauge("aiportal_account_running", Running, description: "Calls at the account now.");
        _meter.CreateObservableCounter("aiportal_account_attempts_total", Attempts, description: "Attempts by what they said of the account.");
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<(Guid AccountId, string Kind, AccountHealth Health)> Accounts => _book.All.OrderBy(one => one.AccountId).Take(MostAccounts);

    private IEnumerable<Measurement<int>> Circuits() => Accounts.Select(one => new Measurement<int>(one.Health.Read().State switch
    {
        CircuitState.Closed => 0,
        CircuitState.HalfOpen => 1,
        CircuitState.Open => 2,
    }, Account(one.AccountId), Kind(one.Kind)));

    private IEnumerable<Measurement<int>> Running() => Accounts.Select(one => new Measurement<int>(one.Health.Running, Account(one.AccountId), Kind(one.Kind)));

    private IEnumerable<Measurement<long>> Attempts() =>
        from one in Accounts
        from verdict in Enum.GetValues<AttemptVerdict>()
        let count = one.Health.Counts.Of(verdict)
        where count > 0
        select new Measurement<long>(count, Account(one.AccountId), Kind(one.Kind), new KeyValuePair<string, object?>("verdict", EnumWord.Of(verdict)));

    private static KeyValuePair<string, object?> Account(Guid id) => new("account", id);

    private static KeyValuePair<string, object?> Kind(string kind) => new("kind", kind);
}
