using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AiPortal.Gateway.Telemetry;

/// <summary>Histograms of the GenAI conventions, one measurement an attempt; labels come from the configuration, never from callers.</summary>
internal sealed class GenAiMetrics : IDisposable
{
    private const double MsPerSecond = 1000;

    // Powers of 4 up to 67,108,864 tokens; 0.01 s doubling to 81.92 s: as the conventions advise.
    private static readonly InstrumentAdvice<long> Tokens = new() { HistogramBucketBoundaries = [.. Enumerable.Range(0, 14).Select(power => 1L << (2 * power))] };
    private static readonly InstrumentAdvice<double> Seconds = new() { HistogramBucketBoundaries = [.. Enumerable.Range(0, 14).Select(power => 0.01 * (1 << power))] };

    private readonly Meter _meter;
    private readonly Histogram<long> _tokens;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _firstChunk;
    private readonly Counter<double> _cost;

    public GenAiMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("AiPortal.GenAi");
        _tokens = _meter.CreateHistogram("gen_ai.client.token.usage", "{token}", "Billable tokens of an attempt.", tags: null, Tokens);
        _duration = _meter.CreateHistogram("gen_ai.client.operation.duration", "s", "From sending an attempt to the end of its answer.", tags: null, Seconds);
        _firstChunk = _meter.CreateHistogram("gen_ai.client.operation.time_to_first_chunk", "s", "From sending a streamed attempt to its first piece.", tags: null, Seconds);
        // The conventions have no word for money.
        _cost = _meter.CreateCounter<double>("aiportal.gateway.cost_usd_total", description: "What attempts cost, in USD. For graphs; the ledger is what counts.");
    }

    public void Record(CallAttempt attempt, AttemptOutcome outcome)
    {
        if (!_tokens.Enabled && !_duration.Enabled && !_cost.Enabled) return;
        var tags = new TagList
        {
            { "gen_ai.operation.name", GenAiNames.Operation(attempt.Intent.RequestType) },
            { "gen_ai.provider.name", GenAiNames.Provider(attempt.Plan.Account.Kind.Kind) },
            { "gen_ai.request.model", attempt.Plan.UpstreamModel },
        };
        _cost.Add((double)attempt.Cost.Total, tags);
        if (outcome.Usage.Total > 0)
        {
            Count(outcome.Usage.TotalInput, "input", tags);
            Count(outcome.Usage.TotalOutput, "output", tags);
        }

        if (attempt.TtftMs is { } first && attempt.Intent.Streamed) _firstChunk.Record(first / MsPerSecond, tags);
        if (outcome.ErrorCode is { } error) tags.Add("error.type", error);
        _duration.Record(attempt.Settlement!.LatencyMs / MsPerSecond, tags);
    }

    public void Dispose() => _meter.Dispose();

    private void Count(long tokens, string type, TagList tags)
    {
        tags.Add("gen_ai.token.type", type);
        _tokens.Record(tokens, tags);
    }
}
