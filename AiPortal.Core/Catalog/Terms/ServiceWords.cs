namespace AiPortal.Core.Catalog.Terms;

/// <summary>The words by which answers name the tier of every list price.</summary>
internal static class ServiceWords
{
    // "scale" and provisioned throughput are paid ahead; what runs in them is booked at the list price.
    private static readonly string[] Standard =
        ["default", "standard", "auto", "standard_only", "scale", "on_demand", "on-demand", "provisioned_throughput", ""];

    public static bool IsStandard(string? tier) => tier is null || Standard.Contains(tier, StringComparer.OrdinalIgnoreCase);
}
