using AiPortal.Core.Routing.Routes;

namespace AiPortal.Core.Routing;

/// <summary>Puts the attempts of a call in the order of a route: by the targets' priority, and within one priority as its strategy says.</summary>
public static class AttemptOrder
{
    /// <summary>What is this much better counts as better; less is noise.</summary>
    private const double SuccessStep = 0.02;

    /// <summary>
    /// What the strategy goes by, smaller being better: USD, milliseconds, calls for each unit of weight, the share that failed. Null where
    /// it goes by nothing that says something of the account.
    /// </summary>
    public static double? Measure(PlannedAttempt attempt, RouteStrategy strategy, in PlanQuestion question) => strategy switch
    {
        RouteStrategy.Priority or RouteStrategy.Weighted or RouteStrategy.Random or RouteStrategy.CacheAware => null,
        RouteStrategy.LeastBusy => (double)attempt.Account.Health.Running / attempt.Weight,
        RouteStrategy.LowestCost => (double)attempt.Price.Expected(question.InputTokens, question.OutputTokens, question.At),
        RouteStrategy.LowestLatency => attempt.Account.Health.TypicalMs(attempt.UpstreamModel, question.Streamed),
        RouteStrategy.HighestSuccess => FailureShare(attempt),
    };

    internal static void Sort(List<PlannedAttempt> attempts, RouteSnapshot route, Guid organizationId, in PlanQuestion question)
    {
        var rank = new (int Priority, double Score, double Tie, int Place, PlannedAttempt Attempt)[attempts.Count];
        var prefix = route.Strategy == RouteStrategy.CacheAware ? PromptPrefix.Hash(question.Body) : 0;
        for (var i = 0; i < rank.Length; i++)
        {
            var attempt = attempts[i];
            var chance = Fraction(Mix(question.Chance + ((ulong)i * 0x9E3779B97F4A7C15)));
            var score = route.Strategy switch
            {
                RouteStrategy.Priority => 0,
                // The smallest of these falls to each in proportion to its weight.
                RouteStrategy.Weighted => -Math.Log(chance) / attempt.Weight,
                RouteStrategy.Random => chance,
                RouteStrategy.CacheAware => -Math.Log(Fraction(Home(organizationId, question.Model, prefix, attempt))) / attempt.Weight,
                RouteStrategy.HighestSuccess => Math.Floor(FailureShare(attempt) / SuccessStep),
                // What is not known is tried, and known then.
                RouteStrategy.LowestLatency or RouteStrategy.LowestCost or RouteStrategy.LeastBusy => Measure(attempt, route.Strategy, question) ?? 0,
            };
            var tie = route.Strategy == RouteStrategy.Priority ? 0 : -Math.Log(chance) / attempt.Weight;
            rank[i] = (attempt.Priority, score, tie, i, attempt);
        }

        Array.Sort(rank, static (a, b) =>
            a.Priority != b.Priority ? a.Priority.CompareTo(b.Priority)
            : a.Score != b.Score ? a.Score.CompareTo(b.Score)
            : a.Tie != b.Tie ? a.Tie.CompareTo(b.Tie)
            : a.Place.CompareTo(b.Place));
        for (var i = 0; i < rank.Length; i++) attempts[i] = rank[i].Attempt;
    }

    // One good attempt is assumed, so that one failure after a long quiet is not everything.
    private static double FailureShare(PlannedAttempt attempt)
    {
        var (good, all) = attempt.Account.Health.Outcomes;
        return (all - good) / (all + 1.0);
    }

    /// <summary>Rendezvous: each account draws a number from the prefix, so that losing one moves only what was its own.</summary>
    private static ulong Home(Guid organizationId, string model, ulong prefix, PlannedAttempt attempt)
    {
        var hash = PromptPrefix.Add(PromptPrefix.Start ^ prefix, organizationId.ToByteArray());
        hash = PromptPrefix.Add(hash, System.Runtime.InteropServices.MemoryMarshal.AsBytes(model.AsSpan()));
        return Mix(PromptPrefix.Add(hash, attempt.Account.Id.ToByteArray()));
    }

    /// <summary>Above 0 and below 1.</summary>
    private static double Fraction(ulong bits) => ((bits >> 11) + 0.5) / (1UL << 53);

    // SplitMix64.
    private static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
