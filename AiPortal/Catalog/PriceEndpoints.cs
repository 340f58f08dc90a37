using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Catalog;
using AiPortal.Core.Catalog.Terms;
using AiPortal.Core.Data;

namespace AiPortal.Catalog;

/// <summary><c>/api/v1/cost/models</c>: the price book; <c>/api/v1/cost/estimate</c>.</summary>
internal static class PriceEndpoints
{
    private static readonly string[] ReadOnly =
        ["id", "organization_id", "provider_id", "vendor", "built_in", "version", "created_at", "updated_at"];

    public static void MapPrices(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/cost/models").WithTags("Prices");
        group.MapGet("", ListAsync).Describe("List prices, own ones first; filters source (built_in, own), provider, model_type, search, in_force.",
            answer: new Page<PriceView>([PriceExamples.Row], null));
        group.MapPost("", CreateAsync).Describe("Add a price; it wins over the built-in one of the same model.", PriceExamples.Draft, PriceExamples.Row, StatusCodes.Status201Created);
        group.MapGet("/{id:guid}", ReadAsync).Describe("Read a price.", answer: PriceExamples.Row);
        group.MapGet("/{id:guid}/versions", VersionsAsync).Describe("The versions of a price, newest first.");
        group.MapMethods("/{id:guid}", [HttpMethods.Patch, HttpMethods.Put], ChangeAsync)
            .Describe("Change a price: a new version, in force for calls that begin from now on.", new { output_price = 12.5m }, PriceExamples.Row);
        group.MapDelete("/{id:guid}", RemoveAsync).Describe("Remove a price; its versions stay for the ledger.", status: StatusCodes.Status204NoContent);
        group.MapPriceTrials();
        group.MapPriceImport();
        api.MapContracts();
        api.MapPost("/cost/estimate", EstimateAsync).WithTags("Prices")
            .Describe("What calls would cost at the prices in force now.", PriceExamples.Question, PriceExamples.Answer);
    }

    private static async Task<IResult> ListAsync(HttpContext http, PriceList prices, TimeProvider clock)
    {
        var query = new ApiQuery(http);
        var (limit, after) = (query.Limit(), query.CursorByText());
        var source = query.Text("source");
        if (source is not (null or "built_in" or "own")) query.Fault("source", "Must be one of built_in, own.");
        var filter = new PriceFilter
        {
            BuiltIn = source is null ? null : source == "built_in",
            Provider = query.Text("provider"),
            ModelType = query.Text("model_type"),
            Search = query.Text("search"),
            At = query.Flag("in_force") == true ? clock.GetUtcNow() : null,
        };
        var organization = ApiScope.ForList(http, query, Permission.ViewPrices);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Page(await prices.ReadAsync(organization.Value, filter, limit, after, http.RequestAborted), PriceView.Of);
    }

    private static async Task<IResult> CreateAsync(HttpContext http, CreatePrice create)
    {
        var body = await JsonBody.ReadAsync(http);
        var organization = ApiScope.ForCreation(http, body);
        var draft = Read(body, null);
        if ((body.Refusal() ?? organization.Refusal) is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Created(await create.RunAsync(http.GetActor(), organization.Value, draft, http.RequestAborted), PriceView.Of);
    }

    private static async Task<IResult> ReadAsync(Guid id, HttpContext http, PriceList prices)
    {
        var organization = await OrganizationOfAsync(http, id, prices, Permission.ViewPrices);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return await prices.FindAsync(organization.Value, id, http.RequestAborted) is { } listing
            ? ApiResults.Ok(PriceView.Of(listing))
            : ApiResults.Missing("price");
    }

    private static async Task<IResult> VersionsAsync(Guid id, HttpContext http, PriceList prices)
    {
        var organization = await OrganizationOfAsync(http, id, prices, Permission.ViewPrices);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var versions = await prices.VersionsAsync(organization.Value, id, http.RequestAborted);
        return ApiResults.Ok(new Page<PriceVersionView>([.. versions.Select(v => new PriceVersionView(v.Version, v.CreatedAt, v.AuthorId, v.Terms))], null));
    }

    private static async Task<IResult> ChangeAsync(Guid id, HttpContext http, PriceList prices, ChangePrice change)
    {
        var organization = await OrganizationOfAsync(http, id, prices, null);
        if (organization.Refusal is { } missing) return ApiResults.Refused(missing);
        var body = await JsonBody.ReadAsync(http);
        var outcome = await change.RunAsync(http.GetActor(), organization.Value, id, Overlay, http.RequestAborted);
        return ApiResults.Ok(outcome, PriceView.Of);

        Outcome<PriceDraft> Overlay(PriceDraft now)
        {
            var draft = Read(body, now);
            return body.Refusal() is { } refusal ? refusal : draft;
        }
    }

    private static async Task<IResult> RemoveAsync(Guid id, HttpContext http, PriceList prices, RemovePrice remove)
    {
        var organization = await OrganizationOfAsync(http, id, prices, null);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Removed(await remove.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted));
    }

    private static async Task<IResult> EstimateAsync(HttpContext http, CostEstimate estimate)
    {
        var body = await JsonBody.ReadAsync(http);
        var organization = ApiScope.ForCreation(http, body);
        var question = new CostQuestion
        {
            Model = body.Text("model", maxLength: 256),
            Provider = body.TextOrNull("provider"),
            InputUnits = body.Long("input_units", 0),
            CachedInputUnits = body.Long("cached_input_units", 0),
            OutputUnits = body.Long("output_units", 0),
            ReasoningUnits = body.Long("reasoning_units", 0),
            Count = body.Long("count", 1, min: 1),
        };
        if ((body.Refusal() ?? organization.Refusal) is { } refusal) return ApiResults.Refused(refusal);
        if (ApiScope.MayView(http.GetActor(), organization.Value, Permission.ViewPrices) is { } denial) return ApiResults.Refused(denial);
        return ApiResults.Ok(await estimate.ReadAsync(organization.Value, question, http.RequestAborted), EstimateView.Of);
    }

    internal static PriceDraft Read(JsonBody body, PriceDraft? now)
    {
        body.ReadOnly(ReadOnly);
        return new PriceDraft
        {
            Name = body.Text("name", now?.Name, 256),
            Provider = body.Text("provider", now?.Provider),
            ModelType = body.Text("model_type", now?.ModelType ?? "chat"),
            CostType = body.Text("cost_type", now?.CostType ?? "ai_api"),
            BillingUnit = body.Text("billing_unit", now?.BillingUnit ?? BillingUnits.Token),
            InputPrice = body.Amount("input_price", now?.InputPrice ?? 0),
            OutputPrice = body.Amount("output_price", now?.OutputPrice ?? 0),
            BasePrice = body.Amount("base_price", now?.BasePrice ?? 0),
            UnitSize = body.LongOrNull("unit_size", now?.UnitSize, min: 1),
            CachedInputPrice = body.AmountOrNull("cached_input_price", now?.CachedInputPrice),
            CacheWritePrice = body.AmountOrNull("cache_write_price", now?.CacheWritePrice),
            ReasoningPrice = body.AmountOrNull("reasoning_price", now?.ReasoningPrice),
            Currency = body.Text("currency", now?.Currency ?? Price.LedgerCurrency, 10),
            ContextWindow = body.LongOrNull("context_window", now?.ContextWindow, min: 1),
            MaxOutput = body.IntOrNull("max_output", now?.MaxOutput, min: 1),
            Free = body.Flag("free", now?.Free ?? false),
            EffectiveFrom = body.InstantOrNull("effective_from", now?.EffectiveFrom),
            EffectiveTo = body.InstantOrNull("effective_to", now?.EffectiveTo),
            Source = body.TextOrNull("source", now?.Source, 300),
            Details = body.Shape("details", now?.Details, PriceDetails.Json),
        };
    }

    /// <summary>A built-in price is everybody's to read; it is seen from the caller's home.</summary>
    internal static async Task<Outcome<Guid>> OrganizationOfAsync(HttpContext http, Guid id, PriceList prices, Permission? view)
    {
        var actor = http.GetActor();
        if (await prices.OrganizationOfAsync(actor, id, http.RequestAborted) is not { } organization) return Refusal.Missing("price");
        return view is { } permission && ApiScope.MayView(actor, organization, permission) is { } denial ? denial : organization;
    }
}
