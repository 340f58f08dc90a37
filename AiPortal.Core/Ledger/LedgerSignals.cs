using AiPortal.Core.Data;
using Npgsql;

namespace AiPortal.Core.Ledger;

/// <summary>Tells open pages of an organization that its ledger has grown.</summary>
public sealed class LedgerSignals(LiveSignals signals) : ILedgerFollower
{
    /// <summary>The topic of <see cref="LiveSignals"/>.</summary>
    public static string Topic(Guid organizationId) => $"org:{organizationId}:ledger";

    /// <inheritdoc/>
    public Task<Action?> FollowAsync(NpgsqlConnection connection, LedgerAddition addition, CancellationToken token)
    {
        var topics = addition.Added.Select(entry => entry.OrganizationId)
            .Concat(addition.Drained.Select(attempt => attempt.Intent.Attribution.OrganizationId))
            .Distinct().Select(Topic).ToList();
        return Task.FromResult<Action?>(() => topics.ForEach(signals.Raise));
    }
}
