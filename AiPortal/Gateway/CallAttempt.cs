using System.Diagnostics;
using AiPortal.Core.Catalog;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Responses;
using AiPortal.Core.Ledger;
using AiPortal.Core.Routing;
using AiPortal.Core.Routing.Health;

namespace AiPortal.Gateway;

/// <summary>How an attempt ended, before it is priced.</summary>
internal sealed record AttemptOutcome(EntryStatus Status, Usage Usage = default, bool Estimated = false)
{
    public int? UpstreamStatus { get; init; }

    public string? ErrorCode { get; init; }

    public string? UpstreamRequestId { get; init; }

    public string? ServiceTier { get; init; }

    /// <summary>Where the answer says it was made.</summary>
    public string? Region { get; init; }

    /// <summary>The answer's own id, model and reason to end.</summary>
    public string? AnswerId { get; init; }

    /// <inheritdoc cref="AnswerId"/>
    public string? AnswerModel { get; init; }

    /// <inheritdoc cref="AnswerId"/>
    public string? FinishReason { get; init; }

    /// <summary>USD, as the answer says.</summary>
    public decimal? ReportedCost { get; init; }

    /// <summary>The id of a response, which can be gone on from.</summary>
    public string? ResponseId { get; init; }

    /// <summary>What a look at the answer says: the provider's own figures, else an estimate from the request and what came.</summary>
    public static AttemptOutcome Of(EntryStatus status, RequestScan scan, AnswerObservation seen, Price price) =>
        seen.Usage is { } reading && price.Meters(reading.Usage)
            ? new AttemptOutcome(status, reading.Usage, IsDoubtful(reading, price))
            {
                ServiceTier = seen.ServiceTier ?? reading.ServiceTier,
                Region = reading.Region,
                ReportedCost = reading.ReportedCost,
                ResponseId = scan is ResponsesRequestScan ? seen.Id : null,
                AnswerId = seen.Id,
                AnswerModel = seen.Model,
                FinishReason = seen.FinishReason,
            }
            : new AttemptOutcome(status, scan.Estimate(seen), Estimated: true)
            {
                ServiceTier = seen.ServiceTier,
                Region = seen.FirstUsage?.Region,
                ResponseId = scan is ResponsesRequestScan ? seen.Id : null,
                AnswerId = seen.Id,
                AnswerModel = seen.Model,
                FinishReason = seen.FinishReason,
            };

    private static bool IsDoubtful(in UsageReading reading, Price price)
    {
        var harmless = UsageDoubts.TotalDiffers;
        var chargesTime = price.BillingUnit == BillingUnits.Minute || (price.BillingUnit == BillingUnits.Token && reading.Usage.Total == 0);
        if (!chargesTime) harmless |= UsageDoubts.AudioGuessed;
        return (reading.Doubts & ~harmless) != UsageDoubts.None;
    }
}

/// <summary>One attempt at a provider.</summary>
internal sealed class CallAttempt(PlannedAttempt plan, HeldAmount held, Intent intent, long startedTicks)
{
    public PlannedAttempt Plan { get; } = plan;

    public HeldAmount Held { get; } = held;

    public Intent Intent { get; } = intent;

    public long StartedTicks { get; } = startedTicks;

    public int? TtftMs
    {
        get;
        set
        {
            field = value;
            Use?.FirstByte();
        }
    }

    /// <summary>Its place at the account.</summary>
    public AccountUse? Use { get; set; }

    /// <summary>How long the answer's headers are waited for; null: as long as the portal's options say.</summary>
    public TimeSpan? Wait { get; set; }

    /// <summary>Another account could take the call, should this one turn out to be stuck.</summary>
    public bool MayHurry { get; set; }

    /// <summary>Monotonic; set when it is closed. A pause before the next attempt is none of this one's time.</summary>
    public long EndedTicks { get; set; }

    /// <inheritdoc cref="GatewayCall.Span"/>
    public Activity? Span { get; set; }

    /// <summary>Set when it is closed: priced, its hold ended.</summary>
    public AttemptOutcome? Outcome { get; set; }

    public Cost Cost { get; set; }

    /// <summary>What besides units, price and tier made the cost.</summary>
    public CostNotes? Notes { get; set; }

    /// <summary>Set when it is recorded: journalled.</summary>
    public Settlement? Settlement { get; set; }
}
