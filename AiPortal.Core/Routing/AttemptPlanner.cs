using AiPortal.Core.Catalog;
using AiPortal.Core.Providers;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Routing;

/// <summary>One attempt a call may make.</summary>
/// <param name="Price">What it will be priced by.</param>
/// <param name="Unpriced">No row is in force; <paramref name="Price"/> is what the organization's policy makes of that.</param>
public sealed record PlannedAttempt(AccountSnapshot Account, string UpstreamModel, Price Price, bool Unpriced);

/// <summary>Why a model leads nowhere.</summary>
public enum PlanRefusal { ModelNotAllowed, ModelUnknown, ModelNotPriced }

/// <summary>The attempts of a call in the order they are made, or the reason there is none.</summary>
public readonly record struct AttemptPlan(IReadOnlyList<PlannedAttempt> Attempts, PlanRefusal? Refusal);

/// <summary>Chooses accounts by priority, then weight, from those that serve the model and have a price for it.</summary>
public static class AttemptPlanner
{
    private const long PerMillion = 1_000_000;
    private static readonly IReadOnlyList<PlannedAttempt> None = [];

    /// <param name="speaks">Whether what the caller asks for can be asked of accounts of a kind.</param>
    public static AttemptPlan Plan(PortalSnapshot snapshot, KeySnapshot key, Predicate<ProviderKind> speaks, string model, DateTimeOffset at)
    {
        if (key.Models is { } allowed && !allowed.Contains(model)) return new AttemptPlan(None, PlanRefusal.ModelNotAllowed);
        var attempts = new List<PlannedAttempt>(key.Organization.Accounts.Count);
        var served = false;
        foreach (var account in key.Organization.Accounts)
        {
            if (!speaks(account.Kind)) continue;
            var upstream = account.Upstream(model);
            var price = PriceOf(snapshot.Prices, key.Organization.Id, account, model, upstream, at);
            if (!Serves(account, model, price)) continue;
            served = true;
            if (price is not null) attempts.Add(new PlannedAttempt(account, upstream, price, false));
            else if (ByPolicy(key, upstream, account, at) is { } policyPrice) attempts.Add(new PlannedAttempt(account, upstream, policyPrice, true));
        }

        if (attempts.Count > 0) return new AttemptPlan(attempts, null);
        return new AttemptPlan(None, served ? PlanRefusal.ModelNotPriced : PlanRefusal.ModelUnknown);
    }

    /// <summary>The models a key may ask for, by name.</summary>
    public static IReadOnlyList<(string Model, AccountSnapshot Account)> Models(PortalSnapshot snapshot, KeySnapshot key, DateTimeOffset at)
    {
        var models = new SortedDictionary<string, AccountSnapshot>(StringComparer.Ordinal);
        foreach (var account in key.Organization.Accounts)
        {
            var served = account.Models ?? snapshot.Prices.PricesFor(key.Organization.Id, account.Id, account.Kind.Kind, at)
                .Where(price => price.IsMetered).Select(price => price.ModelName);
            foreach (var model in served.Concat(account.ModelMap.Keys)) models.TryAdd(model, account);
        }

        return [.. models.Where(pair => key.Models is null || key.Models.Contains(pair.Key)).Select(pair => (pair.Key, pair.Value))];
    }

    private static bool Serves(AccountSnapshot account, string model, Price? price) =>
        account.Models is { } models ? models.Contains(model) || account.ModelMap.ContainsKey(model) : price is not null || account.ModelMap.ContainsKey(model);

    private static Price? PriceOf(PriceBook prices, Guid organizationId, AccountSnapshot account, string model, string upstream, DateTimeOffset at)
    {
        var price = prices.Find(organizationId, account.Id, account.Kind.Kind, upstream, at);
        if (price is null && upstream != model) price = prices.Find(organizationId, account.Id, account.Kind.Kind, model, at);
        return price is { IsMetered: true } ? price : null;
    }

    private static Price? ByPolicy(KeySnapshot key, string upstream, AccountSnapshot account, DateTimeOffset at) => key.Organization.UnpricedModelPolicy switch
    {
        UnpricedModelPolicy.Block => null,
        UnpricedModelPolicy.Ceiling when key.Organization.CeilingPrice is { } ceiling => Made(upstream, account, ceiling, at),
        UnpricedModelPolicy.Ceiling => null,
        UnpricedModelPolicy.Flag => key.HasBlockingBudget ? null : Made(upstream, account, 0, at),
    };

    private static Price Made(string upstream, AccountSnapshot account, decimal perMillion, DateTimeOffset at) => new()
    {
        Id = Guid.Empty,
        Vendor = account.Kind.Kind,
        ModelName = upstream,
        InputPrice = perMillion,
        OutputPrice = perMillion,
        UnitSize = PerMillion,
        Free = perMillion == 0,
        EffectiveFrom = at,
    };
}
