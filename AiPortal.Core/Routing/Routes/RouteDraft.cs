using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Routing.Routes;

/// <summary>What may be said of a route.</summary>
public sealed record RouteDraft(
    string Name,
    string Model,
    RouteStrategy Strategy = RouteStrategy.Priority,
    IReadOnlyList<RouteTarget>? Targets = null,
    int MaxAttempts = RouteDraft.StandardAttempts,
    int TimeoutSeconds = RouteDraft.StandardTimeout,
    bool Enabled = true,
    int Position = 0,
    CacheTerms? Cache = null)
{
    public const int StandardAttempts = 4;
    public const int StandardTimeout = 600;
    public const int MostAttempts = 10;
    public const int LongestTimeout = 3600;
    public const int MostTargets = 50;
    private const int MaxModel = 256;
    private const int MaxRank = 1000;
    private const int MaxPosition = 100_000;

    public static RouteDraft Of(ModelRoute row) => new(row.Name, row.Model, row.Strategy, row.Targets, row.MaxAttempts, row.TimeoutSeconds, row.Enabled, row.Position, row.Cache);

    /// <summary>All but whether the accounts are there. Null where nothing is wrong.</summary>
    public Refusal? Check()
    {
        var faults = new FieldFaults();
        faults.RequireText(Name, "name");
        faults.RequireText(Model, "model", MaxModel);
        if (!Enum.IsDefined(Strategy)) faults.Add("strategy", "Is not a strategy.");
        faults.Require(MaxAttempts is >= 1 and <= MostAttempts, "max_attempts", $"Must be from 1 to {MostAttempts}.");
        faults.Require(TimeoutSeconds is >= 1 and <= LongestTimeout, "timeout_seconds", $"Must be from 1 to {LongestTimeout}.");
        faults.Require(Position is >= 0 and <= MaxPosition, "position", $"Must be from 0 to {MaxPosition}; lower is looked at first.");
        Cache?.Check(faults);
        var targets = Targets ?? [];
        faults.Require(targets.Count <= MostTargets, "targets", $"At most {MostTargets} targets.");
        faults.Require(targets.Select(target => (target.ProviderId, target.Model)).Distinct().Count() == targets.Count, "targets", "A target stands here twice.");
        foreach (var (i, target) in targets.Index())
        {
            if (target.Model is { } model) faults.RequireText(model, $"targets[{i}].model", MaxModel);
            faults.Require(target.Model?.Contains('*', StringComparison.Ordinal) != true, $"targets[{i}].model", "Must be one model's name, without *.");
            faults.Require(target.Weight is >= 1 and <= MaxRank, $"targets[{i}].weight", $"Must be from 1 to {MaxRank}.");
            faults.Require(target.Priority is >= 0 and <= MaxRank, $"targets[{i}].priority", $"Must be from 0 to {MaxRank}; lower is tried first.");
        }

        return faults.Any ? faults.ToRefusal() : null;
    }

    /// <summary>Names are taken once; targets are accounts of the organization, or stand in the route already, so that it can be changed after one is removed.</summary>
    internal async Task<Refusal?> CheckRowsAsync(PortalDb db, ModelRoute? now, CancellationToken token)
    {
        var (name, except) = (Name.Trim(), now?.Id);
        if (await db.Set<ModelRoute>().AnyAsync(route => route.Name == name && route.Id != except, token))
            return new Refusal(RefusalKind.Conflict, "already_exists", $"There is already a route named {name}.", new Dictionary<string, string[]> { ["name"] = ["Taken."] });
        var asked = (Targets ?? []).Select(target => target.ProviderId).Distinct().ToList();
        var known = await db.Set<ProviderAccount>().Where(account => asked.Contains(account.Id) && account.DeletedAt == null).Select(account => account.Id).ToListAsync(token);
        known.AddRange((now?.Targets ?? []).Select(target => target.ProviderId));
        var faults = new FieldFaults();
        foreach (var (i, target) in (Targets ?? []).Index())
            faults.Require(known.Contains(target.ProviderId), $"targets[{i}].provider_id", "There is no such provider account.");
        return faults.Any ? faults.ToRefusal() : null;
    }

    internal void WriteTo(ModelRoute row)
    {
        (row.Name, row.Model, row.Strategy) = (Name.Trim(), Model.Trim(), Strategy);
        row.Targets = [.. (Targets ?? []).Select(target => target with { Model = target.Model?.Trim() })];
        (row.MaxAttempts, row.TimeoutSeconds, row.Enabled, row.Position, row.Cache) = (MaxAttempts, TimeoutSeconds, Enabled, Position, Cache);
    }
}
