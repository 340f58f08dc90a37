using AiPortal.Api;
using AiPortal.Core.Keys;
using AiPortal.Core.Money;

namespace AiPortal.Keys;

/// <summary>What the API's document shows of keys.</summary>
internal static class KeyExamples
{
    public static object Draft { get; } = new
    {
        name = "search-backend",
        team_id = ApiExamples.Id,
        models = new[] { "gpt-5.4", "gpt-5.4-mini" },
        rate_limit = new { rpm = 600, tpm = 200_000, concurrency = 20 },
        budget = new { limit = 100m, period = "monthly", hold = "learned", action = "block" },
        tags = new { feature = "search" },
    };

    public static object Request { get; } = new
    {
        name = "search-backend",
        purpose = "Search in the shop.",
        environment_id = ApiExamples.Id,
        models = new[] { "gpt-5.4-mini" },
        budget = new { limit = 100m, period = "monthly" },
    };

    public static KeyView Row { get; } = View(null);

    public static KeyView Issued { get; } = View("sk-ap-…");

    private static KeyView View(string? secret) => KeyView.Of(
        new KeyListing(
            new ApiKey
            {
                Id = ApiExamples.Id,
                OrganizationId = ApiExamples.Id,
                Name = "search-backend",
                TeamId = ApiExamples.Id,
                KeyHash = [],
                Prefix = "sk-ap-AbCd…",
                Models = ["gpt-5.4", "gpt-5.4-mini"],
                Rpm = 600,
                Tpm = 200_000,
                Concurrency = 20,
                Tags = new() { ["feature"] = "search" },
                CreatedAt = ApiExamples.Instant,
                UpdatedAt = ApiExamples.Instant,
            },
            new KeyBudgetTerms(100, PeriodType.Monthly, "learned", "block")), null, ApiExamples.Instant, secret);
}
