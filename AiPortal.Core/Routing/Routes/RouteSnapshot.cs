using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Routing.Routes;

/// <summary>A target as the gateway uses it.</summary>
/// <param name="Account">Null where the account is disabled, removed or not usable.</param>
public sealed record TargetSnapshot(Guid ProviderId, AccountSnapshot? Account, string? Model, int Weight, int Priority);

/// <summary>An enabled route as the gateway uses it.</summary>
public sealed class RouteSnapshot
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    /// <summary>A name, or a pattern with <c>*</c>.</summary>
    public required string Model { get; init; }

    public required RouteStrategy Strategy { get; init; }

    /// <summary>Empty: all accounts that serve the model.</summary>
    public required IReadOnlyList<TargetSnapshot> Targets { get; init; }

    public required int MaxAttempts { get; init; }

    public required TimeSpan Timeout { get; init; }

    public CacheTerms? Cache { get; init; }

    internal static RouteSnapshot Make(ModelRoute row, IReadOnlyList<AccountSnapshot> accounts) => new()
    {
        Id = row.Id,
        Name = row.Name,
        Model = row.Model,
        Strategy = row.Strategy,
        Targets = [.. row.Targets.Select(target => new TargetSnapshot(
            target.ProviderId, accounts.FirstOrDefault(account => account.Id == target.ProviderId), target.Model, target.Weight, target.Priority))],
        MaxAttempts = row.MaxAttempts,
        Timeout = TimeSpan.FromSeconds(row.TimeoutSeconds),
        Cache = row.Cache,
    };
}
