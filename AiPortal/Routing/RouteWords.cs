using AiPortal.Core.Data;
using AiPortal.Core.Routing;
using AiPortal.Core.Routing.Health;
using AiPortal.Core.Routing.Routes;
using AiPortal.Ui.Figures;
using Microsoft.Extensions.Localization;

namespace AiPortal.Routing;

/// <summary>Routes and dry runs in the reader's language.</summary>
internal static class RouteWords
{
    public static string Target(RouteTarget target, IReadOnlyDictionary<Guid, string> accounts, IStringLocalizer text)
    {
        var name = accounts.GetValueOrDefault(target.ProviderId) ?? text["Target.Gone"].Value;
        return target.Model is { } model ? $"{name} ({model})" : name;
    }

    public static string Why(TrialAttempt one, TrialAnswer answer, IStringLocalizer text)
    {
        var why = (answer.Strategy, one.Measure) switch
        {
            (RouteStrategy.LowestCost, { } cost) => text["Why.cost", Formats.Current.Money((decimal)cost, "USD", MoneyMode.Call)],
            (RouteStrategy.LowestLatency, { } ms) => text["Why.latency", Formats.Current.Duration(TimeSpan.FromMilliseconds(ms))],
            (RouteStrategy.LowestLatency, null) => text["Why.latency_unknown"],
            (RouteStrategy.LeastBusy, _) => text["Why.busy", one.Condition.Running],
            (RouteStrategy.HighestSuccess, { } failed) => text["Why.success", Formats.Current.Percent((decimal)(1 - failed))],
            (RouteStrategy.Weighted, _) => text["Why.weighted"],
            (RouteStrategy.Random, _) => text["Why.random"],
            (RouteStrategy.CacheAware, _) => text["Why.cache"],
            _ => text["Why.priority"],
        };
        return answer.Forced ? $"{why} {text["Why.forced"]}" : one.Condition.State == CircuitState.HalfOpen ? $"{why} {text["Why.probe"]}" : why;
    }

    public static string Why(SkippedAttempt skip, IStringLocalizer text)
    {
        var word = EnumWord.Of(skip.Reason);
        return skip.Wait > TimeSpan.Zero ? text[$"Skip.{word}.Wait", Formats.Current.Duration(skip.Wait)] : text[$"Skip.{word}"];
    }

    public static string Summary(TrialAnswer answer, IStringLocalizer text) => (answer.Refusal, answer.Route) switch
    {
        ({ } refusal, _) => text["Refused." + EnumWord.Of(refusal)],
        (_, { } route) => text["By.Route", route.Name, text["Strategy." + EnumWord.Of(route.Strategy)]],
        _ => text["By.Accounts"],
    };
}
