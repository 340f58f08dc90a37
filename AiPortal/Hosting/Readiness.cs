using AiPortal.Core.Data;
using Npgsql;

namespace AiPortal.Hosting;

/// <summary>A feature's word on whether this process can do its work now; null when it can.</summary>
public interface IReadinessCheck
{
    string? Fault();

    /// <summary>What an operator should know though the work can be done.</summary>
    string? Warning() => null;
}

/// <summary>Figures that a feature shows in the answer of <c>/health/ready</c>, ready or not.</summary>
public interface IHealthFigures
{
    /// <summary>The member's name.</summary>
    string Name { get; }

    IReadOnlyDictionary<string, object?> Read();
}

/// <summary>Collects what keeps this process from admitting calls.</summary>
public sealed class Readiness(PortalDatabase database, IEnumerable<IReadinessCheck> checks, IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>What does not keep it from admitting calls, but should be looked at.</summary>
    public IReadOnlyList<string> Warnings() => [.. checks.Select(check => check.Warning()).OfType<string>()];

    /// <summary>Empty when ready.</summary>
    public async Task<IReadOnlyList<string>> FaultsAsync(CancellationToken token)
    {
        var faults = new List<string>();
        if (lifetime.ApplicationStopping.IsCancellationRequested) faults.Add("shutting down");
        if (!await DatabaseAnswersAsync(token)) faults.Add("the database does not answer");
        faults.AddRange(checks.Select(check => check.Fault()).OfType<string>());
        return faults;
    }

    private async Task<bool> DatabaseAnswersAsync(CancellationToken token)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(Patience);
        try
        {
            await using var command = database.System.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(limit.Token);
            return true;
        }
        catch (Exception fault) when (fault is NpgsqlException or OperationCanceledException && !token.IsCancellationRequested)
        {
            return false;
        }
    }
}
