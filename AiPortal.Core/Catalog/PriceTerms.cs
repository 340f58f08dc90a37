using System.Text.Json;
using AiPortal.Core.Catalog.Terms;

namespace AiPortal.Core.Catalog;

/// <summary>What one version of a price said; a <see cref="PriceVersion"/> keeps it as JSON. Equal by value, so an unchanged price makes no version.</summary>
public sealed record PriceTerms(
    string Vendor,
    Guid? ProviderId,
    string ModelName,
    string ModelType,
    string CostType,
    string BillingUnit,
    decimal InputPrice,
    decimal OutputPrice,
    decimal BasePrice,
    long UnitSize,
    decimal? CachedInputPrice,
    decimal? CacheWritePrice,
    decimal? ReasoningPrice,
    string Currency,
    long? ContextWindow,
    int? MaxOutput,
    bool Free,
    DateTimeOffset EffectiveFrom,
    DateTimeOffset? EffectiveTo,
    string? Source,
    PriceDetails? Details = null)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    internal static PriceTerms Of(PriceRow row) => new(
        row.Vendor, row.ProviderId, row.ModelName, row.ModelType, row.CostType, row.BillingUnit, row.InputPrice, row.OutputPrice,
        row.BasePrice, row.UnitSize, row.CachedInputPrice, row.CacheWritePrice, row.ReasoningPrice, row.Currency,
        row.ContextWindow, row.MaxOutput, row.Free, row.EffectiveFrom, row.EffectiveTo, row.Source, row.Details);

    internal static PriceTerms Parse(string terms) =>
        JsonSerializer.Deserialize<PriceTerms>(terms, Json) ?? throw new JsonException("A price version without terms.");

    /// <summary>The price that these terms state, for recomputing what they priced.</summary>
    public Price ToPrice(PriceVersion version) => new()
    {
        Id = version.PriceId,
        OrganizationId = version.OrganizationId,
        ProviderId = ProviderId,
        Vendor = Vendor,
        ModelName = ModelName,
        ModelType = ModelType,
        CostType = CostType,
        BillingUnit = BillingUnit,
        InputPrice = InputPrice,
        OutputPrice = OutputPrice,
        BasePrice = BasePrice,
        UnitSize = UnitSize,
        CachedInputPrice = CachedInputPrice,
        CacheWritePrice = CacheWritePrice,
        ReasoningPrice = ReasoningPrice,
        Currency = Currency,
        ContextWindow = ContextWindow,
        MaxOutput = MaxOutput,
        Free = Free,
        EffectiveFrom = EffectiveFrom,
        EffectiveTo = EffectiveTo,
        Source = Source,
        Version = version.Version,
        Details = Details,
    };

    internal PriceVersion ToVersion(PriceRow row, Guid? authorId, DateTimeOffset at) => new()
    {
        PriceId = row.Id,
        Version = row.Version,
        OrganizationId = row.OrganizationId,
        Terms = JsonSerializer.Serialize(this, Json),
        AuthorId = authorId,
        CreatedAt = at,
    };
}
