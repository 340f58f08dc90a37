using System.Text.Json;
using AiPortal.Core.Catalog;
using AiPortal.Core.Gateway.Chat;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>
/// Reads usage in Anthropic's shape. <c>input_tokens</c> is without what was read from or written to the cache,
/// <c>output_tokens</c> includes thinking. A stream gives it twice, at the start and cumulated at the end: what the later object
/// names counts, what it leaves out keeps the earlier figure.
/// </summary>
public struct AnthropicUsage
{
    private long? _input;
    private long? _output;
    private long? _cacheRead;
    private long? _cacheWrite;
    private long? _cacheWrite5m;
    private long? _cacheWrite1h;
    private long? _thinking;
    private long? _searches;
    private string? _tier;
    private string? _speed;
    private string? _region;
    private UsageDoubts _doubts;

    /// <summary>Null while input or output is not known.</summary>
    public readonly UsageReading? Reading => _input is { } input && _output is { } output ? Normalize(input, output) : null;

    /// <summary>The reader stands on the opening brace of a <c>usage</c> object, afterwards on the closing one.</summary>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public void Read(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("input_tokens"u8)) Note(ref _input, ref reader);
            else if (reader.ValueTextEquals("output_tokens"u8)) Note(ref _output, ref reader);
            else if (reader.ValueTextEquals("cache_read_input_tokens"u8)) Note(ref _cacheRead, ref reader);
            else if (reader.ValueTextEquals("cache_creation_input_tokens"u8)) Note(ref _cacheWrite, ref reader);
            else if (reader.ValueTextEquals("cache_creation"u8)) ReadCacheCreation(ref reader);
            else if (reader.ValueTextEquals("output_tokens_details"u8)) ReadOutputDetails(ref reader);
            else if (reader.ValueTextEquals("server_tool_use"u8)) ReadServerTools(ref reader);
            else if (reader.ValueTextEquals("service_tier"u8)) _tier = UsageFigure.ReadWord(ref reader) ?? _tier;
            else if (reader.ValueTextEquals("speed"u8)) _speed = UsageFigure.ReadWord(ref reader) ?? _speed;
            else if (reader.ValueTextEquals("inference_geo"u8)) _region = UsageFigure.ReadWord(ref reader) ?? _region;
            else UsageFigure.Skip(ref reader);
        }
    }

    // {"ephemeral_5m_input_tokens":456,"ephemeral_1h_input_tokens":100}
    private void ReadCacheCreation(ref Utf8JsonReader reader)
    {
        if (!UsageFigure.Enter(ref reader)) return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("ephemeral_5m_input_tokens"u8)) Note(ref _cacheWrite5m, ref reader);
            else if (reader.ValueTextEquals("ephemeral_1h_input_tokens"u8)) Note(ref _cacheWrite1h, ref reader);
            else UsageFigure.Skip(ref reader);
        }
    }

    private void ReadOutputDetails(ref Utf8JsonReader reader)
    {
        if (!UsageFigure.Enter(ref reader)) return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("thinking_tokens"u8) || reader.ValueTextEquals("reasoning_tokens"u8)) Note(ref _thinking, ref reader);
            else UsageFigure.Skip(ref reader);
        }
    }

    private void ReadServerTools(ref Utf8JsonReader reader)
    {
        if (!UsageFigure.Enter(ref reader)) return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("web_search_requests"u8)) Note(ref _searches, ref reader);
            else UsageFigure.Skip(ref reader);
        }
    }

    private void Note(ref long? figure, ref Utf8JsonReader reader) => figure = UsageFigure.Read(ref reader, ref _doubts) ?? figure;

    private readonly UsageReading Normalize(long input, long output)
    {
        var doubts = _doubts;
        var write1h = _cacheWrite1h ?? 0;
        var write = _cacheWrite ?? ((_cacheWrite5m ?? 0) + write1h);
        // The split says which lifetime; the sum says how many. Where they differ nothing is charged twice and nothing left out.
        if (_cacheWrite5m is not null && write != _cacheWrite5m + write1h) doubts |= UsageDoubts.TotalDiffers;
        write1h = Math.Min(write1h, write);
        var thinking = Math.Min(_thinking ?? 0, output);
        if (thinking < _thinking) doubts |= UsageDoubts.ReasoningAboveOutput;
        var usage = new Usage(input, _cacheRead ?? 0, write - write1h, output - thinking, thinking) { CacheWrite1h = write1h, Searches = _searches ?? 0 };
        return new UsageReading(usage, doubts) { ServiceTier = _speed == "fast" ? _speed : _tier, Region = _region };
    }
}
