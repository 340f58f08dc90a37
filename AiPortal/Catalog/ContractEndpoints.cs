using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Catalog.Contracts;
using AiPortal.Core.Data;

namespace AiPortal.Catalog;

/// <summary>What a contract takes off, in percent of every price of an account or vendor (of one model where <c>model</c> names it).</summary>
internal sealed record DiscountView(
    Guid Id, Guid OrganizationId, string Provider, Guid? ProviderId, string Vendor, string? Model, decimal Percent,
    DateTimeOffset EffectiveFrom, DateTimeOffset? EffectiveTo, string? Source, Guid? AuthorId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static DiscountView Of(DiscountListing listing) => Of(listing.Row, listing.Provider);

    public static DiscountView Of(PriceDiscount row, string provider) => new(
        row.Id, row.OrganizationId, provider, row.ProviderId, row.Vendor, row.ModelName, row.Percent, row.EffectiveFrom, row.EffectiveTo,
        row.Source, row.AuthorId, row.CreatedAt, row.UpdatedAt);
}

/// <summary>USD for one unit of a currency, from an instant until the next rate of it.</summary>
internal sealed record ExchangeRateView(
    Guid Id, Guid OrganizationId, string Currency, decimal UsdPerUnit, DateTimeOffset EffectiveFrom, string? Source, Guid? AuthorId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static ExchangeRateView Of(ExchangeRate row) => new(
        row.Id, row.OrganizationId, row.Currency, row.UsdPerUnit, row.EffectiveFrom, row.Source, row.AuthorId, row.CreatedAt, row.UpdatedAt);
}

/// <summary><c>/api/v1/cost/discounts</c> and <c>/api/v1/cost/exchange-rates</c>.</summary>
internal static class ContractEndpoints
{
    private static readonly DiscountView Discount = new(
        ApiExamples.Id, ApiExamples.Id, "openai-main", ApiExamples.Id, "openai", null, 12.5m, ApiExamples.Instant, null, "Contract 2026-17", ApiExamples.Id, ApiExamples.Instant, ApiExamples.Instant);

    private static readonly ExchangeRateView Rate = new(
        ApiExamples.Id, ApiExamples.Id, "CNY", 0.1389m, ApiExamples.Instant, "Bank of China, middle rate", ApiExamples.Id, ApiExamples.Instant, ApiExamples.Instant);

    public static void MapContracts(this IEndpointRouteBuilder api)
    {
        var discounts = api.MapGroup("/cost/discounts").WithTags("Prices");
        discounts.MapGet("", DiscountsAsync).Describe("List contract discounts, the newest first.", answer: new Page<DiscountView>([Discount], null));
        discounts.MapPost("", AddDiscountAsync).Describe("Add a discount on an account's or a vendor's prices, for calls that begin from now on.",
            new { provider = "openai-main", percent = 12.5m, source = "Contract 2026-17" }, Discount, StatusCodes.Status201Created);
        discounts.MapDelete("/{id:guid}", EndDiscountAsync).Describe("End a discount; entries keep what they were priced with.", status: StatusCodes.Status204NoContent);
        var rates = api.MapGroup("/cost/exchange-rates").WithTags("Prices");
        rates.MapGet("", RatesAsync).Describe("List exchange rates, the newest first; filter currency.", answer: new Page<ExchangeRateView>([Rate], null));
        rates.MapPost("", AddRateAsync).Describe("Add a rate: own prices in that currency get a version with it, for calls that begin from now on.",
            new { currency = "CNY", usd_per_unit = 0.1389m, source = "Bank of China, middle rate" }, Rate, StatusCodes.Status201Created);
    }

    private static async Task<IResult> DiscountsAsync(HttpContext http, ContractList contracts)
    {
        var organization = ApiScope.ForList(http, new ApiQuery(http), Permission.ViewPrices);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(new Page<DiscountView>([.. (await contracts.DiscountsAsync(organization.Value, http.RequestAborted)).Select(DiscountView.Of)], null));
    }

    private static async Task<IResult> AddDiscountAsync(HttpContext http, AddDiscount add)
    {
        var body = await JsonBody.ReadAsync(http);
        var organization = ApiScope.ForCreation(http, body);
        var draft = new DiscountDraft
        {
            Provider = body.Text("provider"),
            Model = body.TextOrNull("model", maxLength: 256),
            Percent = body.Amount("percent"),
            EffectiveFrom = body.InstantOrNull("effective_from"),
            EffectiveTo = body.InstantOrNull("effective_to"),
            Source = body.TextOrNull("source", maxLength: 300),
        };
        if ((body.Refusal() ?? organization.Refusal) is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Created(await add.RunAsync(http.GetActor(), organization.Value, draft, http.RequestAborted), row => DiscountView.Of(row, draft.Provider));
    }

    private static async Task<IResult> EndDiscountAsync(Guid id, HttpContext http, EndDiscount end)
    {
        var organization = await ApiScope.ForRowAsync<PriceDiscount>(http, id, "discount");
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Removed(await end.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted));
    }

    private static async Task<IResult> RatesAsync(HttpContext http, ContractList contracts)
    {
        var query = new ApiQuery(http);
        var currency = query.Text("currency");
        var organization = ApiScope.ForList(http, query, Permission.ViewPrices);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(new Page<ExchangeRateView>([.. (await contracts.RatesAsync(organization.Value, currency, http.RequestAborted)).Select(ExchangeRateView.Of)], null));
    }

    private static async Task<IResult> AddRateAsync(HttpContext http, AddExchangeRate add)
    {
        var body = await JsonBody.ReadAsync(http);
        var organization = ApiScope.ForCreation(http, body);
        var draft = new ExchangeRateDraft
        {
            Currency = body.Text("currency", maxLength: 3),
            UsdPerUnit = body.Amount("usd_per_unit"),
            EffectiveFrom = body.InstantOrNull("effective_from"),
            Source = body.TextOrNull("source", maxLength: 300),
        };
        if ((body.Refusal() ?? organization.Refusal) is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Created(await add.RunAsync(http.GetActor(), organization.Value, draft, http.RequestAborted), ExchangeRateView.Of);
    }
}
