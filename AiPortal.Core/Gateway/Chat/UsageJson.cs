using System.Text.Json;
using AiPortal.Core.Catalog;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>
/// Reads a usage object in OpenAI's shape and its vendors' variants, such as
/// <c>{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,"prompt_tokens_details":{"cached_tokens":64}}</c>.
/// </summary>
internal struct UsageJson
{
    private long? _prompt;
    private long? _completion;
    private long? _total;
    private long? _cachedInDetails;
    private long? _cachedAtTop;
    private long? _cacheHit;
    private long? _cacheWrite;
    private long? _reasoning;
    private long? _reasoningAtTop;
    private long? _audioInput;
    private long? _audioOutput;
    private long? _imageInput;
    private long? _imageOutput;
    private long? _audioMs;
    private decimal? _cost;
    private decimal? _costBesides;
    private bool _ownKey;
    private UsageDoubts _doubts;

    /// <summary>The reader stands on the opening brace, afterwards on the closing one. Null when input or output cannot be known.</summary>
    public static UsageReading? Read(ref Utf8JsonReader reader)
    {
        var figures = new UsageJson();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName) figures.ReadMember(ref reader);
        return figures.Normalize();
    }

    private void ReadMember(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("prompt_tokens"u8) || reader.ValueTextEquals("input_tokens"u8)) _prompt = Figure(ref reader);
        else if (reader.ValueTextEquals("completion_tokens"u8) || reader.ValueTextEquals("output_tokens"u8)) _completion = Figure(ref reader);
        else if (reader.ValueTextEquals("total_tokens"u8)) _total = Figure(ref reader);
        // Moonshot
        else if (reader.ValueTextEquals("cached_tokens"u8)) _cachedAtTop = Figure(ref reader);
        // DeepSeek
        else if (reader.ValueTextEquals("prompt_cache_hit_tokens"u8)) _cacheHit = Figure(ref reader);
        else if (reader.ValueTextEquals("reasoning_tokens"u8)) _reasoningAtTop = Figure(ref reader);
        else if (IsInputDetails(ref reader)) ReadInputDetails(ref reader);
        else if (IsOutputDetails(ref reader)) ReadOutputDetails(ref reader);
        // A transcription billed by time: {"type":"duration","seconds":12}
        else if (reader.ValueTextEquals("seconds"u8)) _audioMs = UsageFigure.ReadSeconds(ref reader, ref _doubts);
        else if (reader.ValueTextEquals("cost"u8)) _cost = UsageFigure.ReadUsd(ref reader);
        else if (reader.ValueTextEquals("is_byok"u8)) _ownKey = reader.Read() && reader.TokenType == JsonTokenType.True;
        else if (reader.ValueTextEquals("cost_details"u8)) ReadCostDetails(ref reader);
        else UsageFigure.Skip(ref reader);
    }

    private static bool IsInputDetails(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("prompt_tokens_details"u8) || reader.ValueTextEquals("input_tokens_details"u8) || reader.ValueTextEquals("input_token_details"u8);

    private static bool IsOutputDetails(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("completion_tokens_details"u8) || reader.ValueTextEquals("output_tokens_details"u8) || reader.ValueTextEquals("output_token_details"u8);

    private void ReadInputDetails(ref Utf8JsonReader reader)
    {
        if (!UsageFigure.Enter(ref reader)) return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("cached_tokens"u8)) _cachedInDetails = Figure(ref reader);
            else if (reader.ValueTextEquals("cache_write_tokens"u8) || reader.ValueTextEquals("cache_creation_input_tokens"u8)) _cacheWrite = Figure(ref reader);
            else if (reader.ValueTextEquals("audio_tokens"u8)) _audioInput = Figure(ref reader);
            else if (reader.ValueTextEquals("image_tokens"u8)) _imageInput = Figure(ref reader);
            else if (reader.ValueTextEquals("reasoning_tokens"u8)) _reasoning ??= Figure(ref reader);
            else UsageFigure.Skip(ref reader);
        }
    }

    private void ReadOutputDetails(ref Utf8JsonReader reader)
    {
        if (!UsageFigure.Enter(ref reader)) return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("reasoning_tokens"u8)) _reasoning = Figure(ref reader);
            else if (reader.ValueTextEquals("audio_tokens"u8)) _audioOutput = Figure(ref reader);
            else if (reader.ValueTextEquals("image_tokens"u8)) _imageOutput = Figure(ref reader);
            else UsageFigure.Skip(ref reader);
        }
    }

    // OpenRouter with a key of one's own at the vendor: cost is its fee, the vendor's bill stands in the details.
    private void ReadCostDetails(ref Utf8JsonReader reader)
    {
        if (!UsageFigure.Enter(ref reader)) return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("upstream_inference_cost"u8)) _costBesides = UsageFigure.ReadUsd(ref reader);
            else UsageFigure.Skip(ref reader);
        }
    }

    private long? Figure(ref Utf8JsonReader reader) => UsageFigure.Read(ref reader, ref _doubts);

    private UsageReading? Normalize()
    {
        if (_audioMs is { } audio && _prompt is null && _completion is null && _total is null)
            return new UsageReading(new Usage { AudioMs = audio }, _doubts) { ReportedCost = ReportedCost };
        if ((_prompt ?? _total - _completion) is not { } prompt || (_completion ?? _total - _prompt) is not { } completion) return null;
        if (prompt < 0 || completion < 0) _doubts |= UsageDoubts.TotalDiffers;

        var cached = _cachedInDetails ?? _cacheHit ?? _cachedAtTop ?? 0;
        var cacheWrite = _cacheWrite ?? 0;
        if (cached + cacheWrite > prompt) _doubts |= UsageDoubts.CachedAboveInput;

        var reasoning = _reasoning ?? _reasoningAtTop ?? 0;
        if (IsReasoningOutside(prompt, completion, reasoning)) completion += reasoning;
        else if (_total is { } total && total != prompt + completion) _doubts |= UsageDoubts.TotalDiffers;
        if (reasoning > completion) _doubts |= UsageDoubts.ReasoningAboveOutput;

        var usage = new UsageTotals
        {
            Prompt = prompt,
            Cached = cached,
            CacheWrite = cacheWrite,
            AudioInput = _audioInput ?? 0,
            ImageInput = _imageInput ?? 0,
            Completion = completion,
            Reasoning = reasoning,
            AudioOutput = _audioOutput ?? 0,
            ImageOutput = _imageOutput ?? 0,
        }.ToUsage();
        return new UsageReading(usage, _doubts) { ReportedCost = ReportedCost };
    }

    private readonly decimal? ReportedCost => _ownKey ? _cost + (_costBesides ?? 0) : _cost;

    // xAI and some others count reasoning beside the completion; the total tells, and a part larger than its whole tells too.
    private readonly bool IsReasoningOutside(long prompt, long completion, long reasoning) =>
        reasoning > 0 && (_total is { } total ? total == prompt + completion + reasoning : reasoning > completion);
}
