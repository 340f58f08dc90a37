using AiPortal.Core.Catalog;
using AiPortal.Core.Catalog.Terms;

namespace AiPortal.Catalog;

/// <summary>A price as the API answers it. Prices are USD per <c>unit_size</c> units; built-in rows have no organization.</summary>
internal sealed record PriceView(
    Guid Id,
    Guid? OrganizationId,
    string Name,
    string Provider,
    Guid? ProviderId,
    string Vendor,
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
    PriceDetails? Details,
    bool BuiltIn,
    int Version,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static PriceView Of(PriceListing listing)
    {
        var row = listing.Row;
        return new PriceView(
            row.Id, row.OrganizationId, row.ModelName, listing.Provider, row.ProviderId, row.Vendor, row.ModelType, row.CostType, row.BillingUnit,
            row.InputPrice, row.OutputPrice, row.BasePrice, row.UnitSize, row.CachedInputPrice, row.CacheWritePrice, row.ReasoningPrice,
            row.Currency, row.ContextWindow, row.MaxOutput, row.Free, row.EffectiveFrom, row.EffectiveTo, row.Source, row.Details,
            row.OrganizationId is null, row.Version, row.CreatedAt, row.UpdatedAt);
    }
}

/// <summary>What one version of a price said, in force from <c>created_at</c> to the next version's.</summary>
internal sealed record PriceVersionView(int Version, DateTimeOffset CreatedAt, Guid? AuthorId, PriceTerms Terms);

/// <summary>An estimate: USD for all calls together. Input and output contain their parts.</summary>
internal sealed record EstimateView(
    string Model,
    string Provider,
    Guid PriceId,
    int PriceVersion,
    string Currency,
    long InputUnits,
    long OutputUnits,
    long Count,
    decimal InputCost,
    decimal CachedInputCost,
    decimal OutputCost,
    decimal ReasoningCost,
    decimal BaseCost,
    decimal TotalCost,
    decimal CostPerCall)
{
    public static EstimateView Of(CostAnswer answer) => new(
        answer.Question.Model, answer.Provider, answer.Price.Id, answer.Price.Version, answer.Price.Currency,
        answer.Question.InputUnits, answer.Question.OutputUnits, answer.Question.Count,
        answer.Cost.TotalInput, answer.Cost.CachedInput, answer.Cost.TotalOutput, answer.Cost.Reasoning, answer.Cost.Base,
        answer.Cost.Total, answer.OneCall.Total);
}
