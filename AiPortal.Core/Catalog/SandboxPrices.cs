namespace AiPortal.Core.Catalog;

/// <summary>
/// Prices of the sandbox's models. Nobody charges them: they are set so that a demonstration's figures move, in the
/// proportions that list prices have.
/// </summary>
public static class SandboxPrices
{
    /// <summary>The sandbox's kind of account.</summary>
    public const string Vendor = "sandbox";

    private const string Label = "Sandbox: made-up prices, nothing is charged";
    private static readonly DateOnly AsOf = new(2026, 1, 1);

    /// <summary>The rows, cheapest first.</summary>
    public static IReadOnlyList<Price> All { get; } =
    [
        Row("sandbox-small", input: 0.15m, cached: 0.075m, output: 0.60m, window: 128_000, maxOutput: 16_384),
        Row("sandbox-large", input: 2.50m, cached: 1.25m, output: 10m, window: 128_000, maxOutput: 16_384),
        Row("sandbox-reasoning", input: 1.10m, cached: 0.275m, output: 4.40m, window: 200_000, maxOutput: 65_536),
    ];

    private static Price Row(string model, decimal input, decimal cached, decimal output, long window, int maxOutput) => new()
    {
        Id = BuiltInCatalogue.IdOf(Vendor, model, AsOf),
        Vendor = Vendor,
        ModelName = model,
        InputPrice = input,
        CachedInputPrice = cached,
        OutputPrice = output,
        ContextWindow = window,
        MaxOutput = maxOutput,
        EffectiveFrom = BuiltInCatalogue.EffectiveFrom,
        Source = Label,
        Version = BuiltInCatalogue.VersionOf(AsOf),
    };
}
