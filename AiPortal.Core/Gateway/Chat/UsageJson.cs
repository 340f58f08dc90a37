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
        else if (reader.ValueTextEquals("prompt_tokens_details"u8) || reader.ValueTextEquals("input_tokens_details"u8)) ReadDetails(ref reader);
        else if (reader.ValueTextEquals("completion_tokens_details"u8) || reader.ValueTextEquals("output_tokens_details"u8)) ReadDetails(ref reader);
        else
        {
            reader.Read();
            reader.Skip();
        }
    }

    private void ReadDetails(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("cached_tokens"u8)) _cachedInDetails = Figure(ref reader);
            else if (reader.ValueTextEquals("cache_write_tokens"u8) || reader.ValueTextEquals("cache_creation_input_tokens"u8)) _cacheWrite = Figure(ref reader);
            else if (reader.ValueTextEquals("reasoning_tokens"u8)) _reasoning = Figure(ref reader);
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private long? Figure(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.Number || !TryWhole(ref reader, out var figure))
        {
            _doubts |= UsageDoubts.NotWholeNumber;
            reader.Skip();
            return null;
        }

        if (figure < 0) _doubts |= UsageDoubts.Negative;
        if (figure > Usage.MaxCount) _doubts |= UsageDoubts.TooLarge;
        return Math.Clamp(figure, 0, Usage.MaxCount);
    }

    private static bool TryWhole(ref Utf8JsonReader reader, out long figure)
    {
        if (reader.TryGetInt64(out figure)) return true;
        // 12.0 and 1.2e1 are whole numbers too; beyond what a decimal holds no count is meant.
        if (!reader.TryGetDecimal(out var number) || number != decimal.Truncate(number)) return false;
        figure = number > Usage.MaxCount ? Usage.MaxCount + 1 : number < 0 ? -1 : (long)number;
        return true;
    }

    private UsageReading? Normalize()
    {
        if ((_prompt ?? _total - _completion) is not { } prompt || (_completion ?? _total - _prompt) is not { } completion) return null;
        if (prompt < 0 || completion < 0) _doubts |= UsageDoubts.TotalDiffers;

        var cached = _cachedInDetails ?? _cacheHit ?? _cachedAtTop ?? 0;
        var cacheWrite = _cacheWrite ?? 0;
        if (cached + cacheWrite > prompt) _doubts |= UsageDoubts.CachedAboveInput;

        var reasoning = _reasoning ?? _reasoningAtTop ?? 0;
        if (IsReasoningOutside(prompt, completion, reasoning)) completion += reasoning;
        else if (_total is { } total && total != prompt + completion) _doubts |= UsageDoubts.TotalDiffers;
        if (reasoning > completion) _doubts |= UsageDoubts.ReasoningAboveOutput;

        return new UsageReading(Usage.FromTotals(prompt, cached, cacheWrite, completion, reasoning), _doubts);
    }

    // xAI and some others count reasoning beside the completion; the total tells, and a part larger than its whole tells too.
    private readonly bool IsReasoningOutside(long prompt, long completion, long reasoning) =>
        reasoning > 0 && (_total is { } total ? total == prompt + completion + reasoning : reasoning > completion);
}
