using AiPortal.Core.Catalog;

namespace AiPortal.Tests.Catalog;

internal static class Prices
{
    public static readonly DateTimeOffset Always = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A price per million tokens, in force since 2020.</summary>
    public static Price Row(decimal input, decimal output) => new()
    {
        Id = new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
        Vendor = "openai",
        ModelName = "model",
        InputPrice = input,
        OutputPrice = output,
        EffectiveFrom = Always,
    };
}
