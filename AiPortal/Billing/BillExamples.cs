using AiPortal.Api;
using AiPortal.Core.Billing;

namespace AiPortal.Billing;

/// <summary>Bills of the OpenAPI document.</summary>
internal static class BillExamples
{
    public static readonly object Request = new
    {
        period = "2026-10",
        scope = new { organization = ApiExamples.Id },
        currency = "EUR",
        exchange_rate = 0.92m,
    };

    public static readonly BillHeadView Head = BillHeadView.Of(new Bill
    {
        Id = ApiExamples.Id,
        OrganizationId = ApiExamples.Id,
        Number = "2026-10-ORG-1",
        Period = "2026-10",
        PeriodStart = new DateTimeOffset(2026, 9, 30, 22, 0, 0, TimeSpan.Zero),
        PeriodEnd = new DateTimeOffset(2026, 10, 31, 23, 0, 0, TimeSpan.Zero),
        ScopeId = ApiExamples.Id,
        ScopeName = "Contoso",
        Sequence = 1,
        Status = BillStatus.Finalized,
        Settles = true,
        Currency = "EUR",
        ExchangeRate = 0.92m,
        TimeZone = "Europe/Berlin",
        Subtotal = 11.36m,
        Total = 11.36m,
        TotalUsd = 12.345678901234m,
        CutoffFrom = -1,
        Cutoff = 48_213,
        ContentHash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        FinalizedAt = ApiExamples.Instant.AddMonths(1).AddDays(1),
        FinalizedBy = ApiExamples.Id,
        CreatedAt = ApiExamples.Instant.AddMonths(1),
        UpdatedAt = ApiExamples.Instant.AddMonths(1).AddDays(1),
    });

    public static readonly BillWholeView Whole = BillWholeView.Of(Head,
        [new BillLineView(1, BillSections.Usage, null, null, ApiExamples.Id, "Research", null, null, "openai", "gpt-4o-mini", "ai_api",
            5120, 41_000_000, 9_000_000, 8_100_000, 0, 12.345678901234m, 11.36m)],
        []);
}
