using System.Globalization;
using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Routing;
using AiPortal.Core.Routing.Health;
using AiPortal.Core.Routing.Routes;

namespace AiPortal.Routing;

/// <summary>An attempt that would be made. Prices are USD for so many <c>unit_size</c> units.</summary>
internal sealed record TrialAttemptView(int Attempt, Guid ProviderId, string Provider, string UpstreamModel, decimal InputPrice, decimal OutputPrice, long UnitSize, bool Priced,
    string State, string Why);

/// <summary>An account that would not be tried.</summary>
internal sealed record TrialSkipView(Guid ProviderId, string? Provider, string? UpstreamModel, string Reason, double? WaitSeconds, string Why);

/// <summary>Where a request would go from the node that answers, now.</summary>
internal sealed record TrialView(string Model, Guid? RouteId, string? Route, string Strategy, int MaxAttempts, string? Refused, string Why,
    IReadOnlyList<TrialAttemptView> Attempts, IReadOnlyList<TrialSkipView> Skipped);

/// <summary><c>POST /api/v1/routes/test</c> and <c>/routes/{id}/test</c>: the attempts a request would make, and why; nothing is sent.</summary>
internal static class RouteTrialEndpoints
{
    private static object Request => new { model = "gpt-5.4", key_id = (Guid?)ApiExamples.Id, body = new { messages = new[] { new { role = "user", content = "Hello" } } } };

    private static TrialView Example => new("gpt-5.4", ApiExamples.Id, "Chat, cheapest first", "lowest_cost", 4, null,
        "Route 'Chat, cheapest first' matches and orders by lowest_cost.",
        [new TrialAttemptView(1, ApiExamples.Id, "OpenAI production", "gpt-5.4", 2.5m, 15m, 1_000_000, true, "closed", "Expected cost of such a call: 0.007 USD.")],
        [new TrialSkipView(ApiExamples.Id, "OpenAI reserve", "gpt-5.4", "circuit_open", 12, "Its circuit is open: errors (503).")]);

    public static void MapRouteTrial(this RouteGroupBuilder group)
    {
        group.MapPost("/test", TestAsync).Describe("The attempts a request would make, in order, and why; why others are left out. Nothing is sent.", Request, Example);
        group.MapPost("/{id:guid}/test", TestRouteAsync).Describe(
            "The same within the route's organization; without model, for the route's own where that is no pattern. Answers which route really applies.", new { model = "gpt-5.4" }, Example);
    }

    private static async Task<IResult> TestAsync(HttpContext http, RouteTrial trial)
    {
        var body = await JsonBody.ReadAsync(http);
        var organization = ApiScope.ForCreation(http, body);
        var question = Question(body, null);
        if ((body.Refusal() ?? organization.Refusal ?? ApiScope.MayView(http.GetActor(), organization.Value, Permission.ViewProviders)) is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(trial.Run(organization.Value, question), Of);
    }

    private static async Task<IResult> TestRouteAsync(Guid id, HttpContext http, RouteList routes, RouteTrial trial)
    {
        var organization = await ApiScope.ForRowAsync<ModelRoute>(http, id, "route", Permission.ViewProviders);
        if (organization.Refusal is { } missing) return ApiResults.Refused(missing);
        if (await routes.FindAsync(organization.Value, id, http.RequestAborted) is not { } row) return ApiResults.Missing("route");
        var body = await JsonBody.ReadAsync(http, optional: true);
        body.ReadOnly("organization_id");
        var question = Question(body, row.Model.Contains('*', StringComparison.Ordinal) ? null : row.Model);
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(trial.Run(organization.Value, question), Of);
    }

    private static TrialQuestion Question(JsonBody body, string? model) => new(body.Text("model", model, 256), body.IdOrNull("key_id"), body.Raw("body"));

    private static TrialView Of(TrialAnswer answer) => new(
        answer.Model, answer.Route?.Id, answer.Route?.Name, EnumWord.Of(answer.Strategy), answer.MaxAttempts,
        answer.Refusal is { } refusal ? EnumWord.Of(refusal) : null, Why(answer),
        [.. answer.Attempts.Select((one, i) => Of(one, i, answer))],
        [.. answer.Skipped.Select(Of)]);

    private static TrialAttemptView Of(TrialAttempt one, int index, TrialAnswer answer)
    {
        var (attempt, price) = (one.Attempt, one.Attempt.Price);
        return new TrialAttemptView(index + 1, attempt.Account.Id, attempt.Account.Name, attempt.UpstreamModel, price.InputPrice, price.OutputPrice, price.UnitSize, !attempt.Unpriced,
            EnumWord.Of(one.Condition.State), TrialWords.Why(one, index, answer));
    }

    private static TrialSkipView Of(SkippedAttempt skip)
    {
        var condition = skip.Account?.Health.Read();
        return new TrialSkipView(skip.ProviderId, skip.Account?.Name, skip.UpstreamModel, EnumWord.Of(skip.Reason),
            skip.Wait > TimeSpan.Zero ? Math.Round(skip.Wait.TotalSeconds, 1) : null, TrialWords.Why(skip, condition));
    }

    private static string Why(TrialAnswer answer) => (answer.Refusal, answer.Route) switch
    {
        (PlanRefusal.ModelNotAllowed, _) => "The key may not use this model.",
        (PlanRefusal.ModelUnknown, _) => "No enabled account serves this model.",
        (PlanRefusal.ModelNotPriced, _) => "No account that serves it has a price for it in force.",
        (PlanRefusal.AccountsAtLimit, _) => "Every account that serves it is at its limits.",
        (_, { } route) => string.Create(CultureInfo.InvariantCulture, $"Route '{route.Name}' matches and orders by {EnumWord.Of(route.Strategy)}."),
        _ => "No route matches: the accounts' own priorities decide.",
    };
}

/// <summary>Reasons in English, for scripts and logs; the portal's page says them in its reader's language.</summary>
internal static class TrialWords
{
    public static string Why(TrialAttempt one, int index, TrialAnswer answer)
    {
        var attempt = one.Attempt;
        var text = (answer.Strategy, one.Measure) switch
        {
            (RouteStrategy.LowestCost, { } cost) => Invariant($"Expected cost of such a call: {cost:0.############} USD."),
            (RouteStrategy.LowestLatency, { } ms) => Invariant($"Lately begins to answer after {ms:0} ms."),
            (RouteStrategy.LowestLatency, null) => "Not measured of late, so it is tried.",
            (RouteStrategy.LeastBusy, { } busy) => Invariant($"{busy:0.##} calls running for each unit of weight."),
            (RouteStrategy.HighestSuccess, { } failed) => Invariant($"{1 - failed:P1} of its attempts of the last five minutes were good."),
            (RouteStrategy.Weighted, _) => "Drawn by weight.",
            (RouteStrategy.Random, _) => "Drawn at random.",
            (RouteStrategy.CacheAware, _) => "Prompts that begin like this one go here first while it is well.",
            _ => "By its priority.",
        };
        if (answer.Forced) text += " No account is well, so it is tried all the same.";
        else if (one.Condition.State == CircuitState.HalfOpen) text += " It is tried again after a pause; one call at a time.";
        return index < answer.MaxAttempts ? text : Invariant($"{text} Not reached: at most {answer.MaxAttempts} attempts are made.");
    }

    public static string Why(SkippedAttempt skip, AccountCondition? condition) => skip.Reason switch
    {
        SkipReason.Disabled => "It is disabled, removed or not usable.",
        SkipReason.OtherEnvironment => "It serves the keys of another environment.",
        SkipReason.NotServed => "It does not serve this model.",
        SkipReason.NotSpoken => "Accounts of its kind cannot be asked this.",
        SkipReason.NotPriced => "No price is in force for this model.",
        SkipReason.CircuitOpen => $"Its circuit is open: {Reason(condition)}.",
        SkipReason.ProbeRunning => $"Its circuit is half open ({Reason(condition)}), and another call is the probe.",
        SkipReason.Paused => Invariant($"The vendor asked to be left alone for {skip.Wait.TotalSeconds:0.#} s more."),
        SkipReason.AtLimit => "It is at its own limits.",
    };

    private static string Reason(AccountCondition? condition) => condition is null ? "unknown"
        : EnumWord.Of(condition.Reason).Replace('_', ' ') + (condition.Detail is { } detail ? $" ({detail})" : "");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
