using AiPortal.Core.Catalog;
using AiPortal.Core.Routing.Health;
using AiPortal.Core.Routing.Routes;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Routing;

/// <summary>
/// Chooses from the accounts that serve a model and have a price for it, in the order its route says (without a route: by the accounts'
/// own priority, then weight). Accounts that are out or at their limits are left out; where that leaves none, those that are out are tried
/// all the same, so that the last one is never given up.
/// </summary>
public static class AttemptPlanner
{
    private const long PerMillion = 1_000_000;
    private static readonly IReadOnlyList<PlannedAttempt> None = [];

    /// <param name="skipped">Told of every account that is left out, for people; null on the way of a call.</param>
    public static AttemptPlan Plan(PortalSnapshot snapshot, KeySnapshot key, in PlanQuestion question, ICollection<SkippedAttempt>? skipped = null)
    {
        // The name asked for is what rules of keys are about; where a route leads it is the route's own matter.
        if (key.Models is { } allowed && !allowed.Contains(question.Model)) return new AttemptPlan(None, PlanRefusal.ModelNotAllowed);
        var route = key.Organization.RouteOf(question.Model);
        var attempts = Candidates(snapshot, key, route, question, skipped, out var served);
        if (attempts.Count == 0) return new AttemptPlan(None, served ? PlanRefusal.ModelNotPriced : PlanRefusal.ModelUnknown) { Route = route };
        // The only one: whether it is well does not matter, whether it has room is asked when it is entered.
        if (attempts.Count == 1 && skipped is null) return new AttemptPlan(attempts, null) { Route = route, Forced = true };
        return Order(Available(attempts, question, skipped, out var forced, out var wait), forced, wait, key.Organization.Id, route, question);
    }

    /// <summary>The models a key may ask for, by name.</summary>
    public static IReadOnlyList<(string Model, AccountSnapshot Account)> Models(PortalSnapshot snapshot, KeySnapshot key, DateTimeOffset at)
    {
        var models = new SortedDictionary<string, AccountSnapshot>(StringComparer.Ordinal);
        foreach (var account in key.Organization.Accounts.Where(account => account.IsFor(key.Attribution.EnvironmentId)))
        {
            var served = account.Models ?? snapshot.Prices.PricesFor(key.Organization.Id, account.Id, account.Kind.Kind, at)
                .Where(price => price.IsMetered).Select(price => price.ModelName);
            foreach (var model in served.Concat(account.ModelMap.Keys)) models.TryAdd(model, account);
        }

        foreach (var route in key.Organization.Routes)
        {
            // A pattern names no model; a plain name may be one that only the route knows.
            if (route.Model.Contains('*', StringComparison.Ordinal)) continue;
            if (route.Targets.FirstOrDefault(target => target is { Account: { } its, Model: not null } && its.IsFor(key.Attribution.EnvironmentId)) is { Account: { } account }) models.TryAdd(route.Model, account);
        }

        return [.. models.Where(pair => key.Models is null || key.Models.Contains(pair.Key)).Select(pair => (pair.Key, pair.Value))];
    }

    private static AttemptPlan Order(List<PlannedAttempt> attempts, bool forced, TimeSpan wait, Guid organizationId, RouteSnapshot? route, in PlanQuestion question)
    {
        if (attempts.Count == 0) return new AttemptPlan(None, PlanRefusal.AccountsAtLimit) { Route = route, Wait = wait };
        // Without a route they stand in their order already.
        if (route is not null && attempts.Count > 1) AttemptOrder.Sort(attempts, route, organizationId, question);
        return new AttemptPlan(attempts, null) { Route = route, Forced = forced };
    }

    private static List<PlannedAttempt> Candidates(
        PortalSnapshot snapshot, KeySnapshot key, RouteSnapshot? route, in PlanQuestion question, ICollection<SkippedAttempt>? skipped, out bool served)
    {
        served = false;
        if (route is not { Targets.Count: > 0 })
        {
            var all = new List<PlannedAttempt>(key.Organization.Accounts.Count);
            foreach (var account in key.Organization.Accounts)
                served |= Add(all, snapshot, key, account, null, account.Weight, route is null || route.Strategy == RouteStrategy.Priority ? account.Priority : 0, question, skipped);
            return all;
        }

        var named = new List<PlannedAttempt>(route.Targets.Count);
        foreach (var target in route.Targets)
        {
            if (target.Account is { } account) served |= Add(named, snapshot, key, account, target.Model, target.Weight, target.Priority, question, skipped);
            else skipped?.Add(new SkippedAttempt(target.ProviderId, null, target.Model, SkipReason.Disabled));
        }

        return named;
    }

    /// <summary>True where the account serves the model, priced or not.</summary>
    private static bool Add(List<PlannedAttempt> attempts, PortalSnapshot snapshot, KeySnapshot key, AccountSnapshot account, string? model, int weight, int priority,
        in PlanQuestion question, ICollection<SkippedAttempt>? skipped)
    {
        var asked = model ?? question.Model;
        var upstream = account.Upstream(asked);
        if (!account.IsFor(key.Attribution.EnvironmentId))
        {
            skipped?.Add(new SkippedAttempt(account.Id, account, upstream, SkipReason.OtherEnvironment));
            return false;
        }

        if (question.Speaks?.Invoke(account.Kind) == false)
        {
            skipped?.Add(new SkippedAttempt(account.Id, account, upstream, SkipReason.NotSpoken));
            return false;
        }

        var price = PriceOf(snapshot.Prices, key.Organization.Id, account, asked, upstream, question.At);
        if (!Serves(account, asked, price))
        {
            skipped?.Add(new SkippedAttempt(account.Id, account, upstream, SkipReason.NotServed));
            return false;
        }

        var unpriced = price is null;
        if ((price ?? ByPolicy(key, upstream, account, question.At)) is { } rate)
            attempts.Add(new PlannedAttempt(account, upstream, rate, unpriced) { Weight = weight, Priority = priority });
        else
            skipped?.Add(new SkippedAttempt(account.Id, account, upstream, SkipReason.NotPriced));
        return true;
    }

    private static List<PlannedAttempt> Available(List<PlannedAttempt> attempts, in PlanQuestion question, ICollection<SkippedAttempt>? skipped, out bool forced, out TimeSpan wait)
    {
        (forced, wait) = (false, TimeSpan.MaxValue);
        var (well, ill) = (new List<PlannedAttempt>(attempts.Count), new List<(PlannedAttempt Attempt, SkippedAttempt Skip)>());
        foreach (var attempt in attempts)
        {
            var account = attempt.Account;
            var (can, until) = account.Health.Check(account.Limits, question.InputTokens + question.OutputTokens);
            if (can == Availability.Available) well.Add(attempt);
            else ill.Add((attempt, new SkippedAttempt(account.Id, account, attempt.UpstreamModel, ReasonOf(can), until)));
            if (can == Availability.AtLimit && until < wait) wait = until;
        }

        if (well.Count == 0)
        {
            forced = true;
            well.AddRange(ill.Where(one => one.Skip.Reason != SkipReason.AtLimit).Select(one => one.Attempt));
            ill.RemoveAll(one => one.Skip.Reason != SkipReason.AtLimit);
        }

        if (skipped is not null)
            foreach (var (_, skip) in ill) skipped.Add(skip);
        return well;
    }

    private static SkipReason ReasonOf(Availability can) => can switch
    {
        Availability.ProbeRunning => SkipReason.ProbeRunning,
        Availability.Paused => SkipReason.Paused,
        Availability.AtLimit => SkipReason.AtLimit,
        Availability.CircuitOpen or Availability.Available => SkipReason.CircuitOpen,
    };

    private static bool Serves(AccountSnapshot account, string model, Price? price) =>
        account.Models is { } models
            ? models.Contains(model) || account.ModelMap.ContainsKey(model)
            : price is not null || account.ModelMap.ContainsKey(model);

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
