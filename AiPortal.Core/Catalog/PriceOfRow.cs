namespace AiPortal.Core.Catalog;

/// <summary>The price a row states.</summary>
public static class PriceOfRow
{
    public static Price Of(PriceRow row) => new()
    {
        Id = row.Id,
        OrganizationId = row.OrganizationId,
        ProviderId = row.ProviderId,
        Vendor = row.Vendor,
        ModelName = row.ModelName,
        ModelType = row.ModelType,
        CostType = row.CostType,
        BillingUnit = row.BillingUnit,
        InputPrice = row.InputPrice,
        OutputPrice = row.OutputPrice,
        BasePrice = row.BasePrice,
        UnitSize = row.UnitSize,
        CachedInputPrice = row.CachedInputPrice,
        CacheWritePrice = row.CacheWritePrice,
        ReasoningPrice = row.ReasoningPrice,
        Currency = row.Currency,
        ContextWindow = row.ContextWindow,
        MaxOutput = row.MaxOutput,
        Free = row.Free,
        EffectiveFrom = row.EffectiveFrom,
        EffectiveTo = row.EffectiveTo,
        Source = row.Source,
        Version = row.Version,
    };
}
