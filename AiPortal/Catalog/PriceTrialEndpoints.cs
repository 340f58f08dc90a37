using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;

namespace AiPortal.Catalog;

/// <summary>USD. <c>was</c> is on the ledger, <c>would_be</c> follows from the price tried; <c>unpriced</c> entries had no price.</summary>
internal sealed record PriceEffectView(
    DateTimeOffset From, DateTimeOffset To, long Entries, long Unpriced, long Skipped, decimal Was, decimal WouldBe, decimal Difference, bool Capped, string Currency)
{
    public static PriceEffectView Of(PriceEffect effect) => new(
        effect.From, effect.To, effect.Entries, effect.Unpriced, effect.Skipped, effect.Was, effect.WouldBe, effect.Difference, effect.Capped, Price.LedgerCurrency);
}

/// <summary>
/// A model that somebody has to price. <c>reason</c>: <c>no_price</c> (an enabled account is told to serve it), <c>served</c> (calls
/// went through by the organization's policy), <c>refused</c> (calls were turned away). Calls and USD are of the last thirty days.
/// </summary>
internal sealed record UnpricedView(string Model, string? Provider, string Reason, long Calls, decimal Cost, DateTimeOffset? LastAt);

/// <summary>What a price would have cost, and what has none: beside <c>/api/v1/cost/models</c>.</summary>
internal static class PriceTrialEndpoints
{
    public static void MapPriceTrials(this RouteGroupBuilder group)
    {
        group.MapGet("/unpriced", UnpricedAsync).Describe("Models without a price: told to be served, called, or refused for it.",
            answer: new Page<UnpricedView>([new UnpricedView("gpt-7-preview", "openai-main", "no_price", 0, 0, null)], null));
        group.MapPost("/preview", PreviewNewAsync).Describe("What the calls of the last thirty days (or from, to) would have cost by a price that is not written.",
            PriceExamples.Draft, PriceExamples.Effect);
        group.MapPost("/{id:guid}/preview", PreviewChangeAsync).Describe("What they would have cost by this price with the members given changed.",
            new { output_price = 12.5m }, PriceExamples.Effect);
    }

    private static async Task<IResult> UnpricedAsync(HttpContext http, UnpricedModels models, UnpricedTraffic traffic)
    {
        var query = new ApiQuery(http);
        var organization = ApiScope.ForList(http, query, Permission.ViewPrices);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var rows = (await models.ReadAsync(organization.Value, http.RequestAborted)).Select(row => new UnpricedView(row.Model, row.Account, "no_price", 0, 0, null)).ToList();
        rows.AddRange((await traffic.ReadAsync(organization.Value, http.RequestAborted))
            .Select(row => new UnpricedView(row.Model, row.Account, row.Account is null ? "refused" : "served", row.Served + row.Refused, row.Booked, row.LastAt)));
        return ApiResults.Ok(new Page<UnpricedView>(rows, null));
    }

    private static async Task<IResult> PreviewNewAsync(HttpContext http, PricePreview preview)
    {
        var body = await JsonBody.ReadAsync(http);
        var organization = ApiScope.ForCreation(http, body);
        var draft = PriceEndpoints.Read(body, null);
        return organization.Refusal is { } refusal ? ApiResults.Refused(refusal) : await AnswerAsync(http, preview, organization.Value, body, draft);
    }

    private static async Task<IResult> PreviewChangeAsync(Guid id, HttpContext http, PriceList prices, PricePreview preview)
    {
        var organization = await PriceEndpoints.OrganizationOfAsync(http, id, prices, Permission.ViewPrices);
        if (organization.Refusal is { } missing) return ApiResults.Refused(missing);
        if (await prices.FindAsync(organization.Value, id, http.RequestAborted) is not { } listing) return ApiResults.Missing("price");
        var body = await JsonBody.ReadAsync(http, optional: true);
        return await AnswerAsync(http, preview, organization.Value, body, PriceEndpoints.Read(body, PriceDraft.Of(listing)));
    }

    private static async Task<IResult> AnswerAsync(HttpContext http, PricePreview preview, Guid organization, JsonBody body, PriceDraft draft)
    {
        var (from, to) = (body.InstantOrNull("from"), body.InstantOrNull("to"));
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        if (ApiScope.MayView(http.GetActor(), organization, Permission.ViewPrices) is { } unseen) return ApiResults.Refused(unseen);
        if (ApiScope.MayView(http.GetActor(), organization, Permission.ViewCost) is { } denial) return ApiResults.Refused(denial);
        return ApiResults.Ok(await preview.ReadAsync(organization, draft, from, to, http.RequestAborted), PriceEffectView.Of);
    }
}
