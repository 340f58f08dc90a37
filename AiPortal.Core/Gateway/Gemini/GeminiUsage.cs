using System.Text.Json;
using AiPortal.Core.Catalog;
using AiPortal.Core.Gateway.Chat;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>
/// Reads <c>usageMetadata</c> in Gemini's shape. The prompt includes what was cached; what tools brought into it stands beside
/// it, and thoughts stand beside the candidates. Lists by modality tell audio and images from text.
/// </summary>
public struct GeminiUsage
{
    private long? _prompt;
    private long? _cached;
    private long? _tools;
    private long? _candidates;
    private long? _thoughts;
    private long? _total;
    private long _audioPrompt;
    private long _imagePrompt;
    private long _audioCached;
    private long _imageCached;
    private long _audioOutput;
    private long _imageOutput;
    private string? _tier;
    private UsageDoubts _doubts;

    /// <summary>The reader stands on the opening brace, afterwards on the closing one. Null when the input cannot be known.</summary>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public static UsageReading? Read(ref Utf8JsonReader reader)
    {
        var figures = new GeminiUsage();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName) figures.ReadMember(ref reader);
        return figures.Normalize();
    }

    private void ReadMember(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("promptTokenCount"u8)) _prompt = Figure(ref reader);
        else if (reader.ValueTextEquals("cachedContentTokenCount"u8)) _cached = Figure(ref reader);
        else if (reader.ValueTextEquals("toolUsePromptTokenCount"u8)) _tools = Figure(ref reader);
        else if (reader.ValueTextEquals("candidatesTokenCount"u8)) _candidates = Figure(ref reader);
        else if (reader.ValueTextEquals("thoughtsTokenCount"u8)) _thoughts = Figure(ref reader);
        else if (reader.ValueTextEquals("totalTokenCount"u8)) _total = Figure(ref reader);
        else if (reader.ValueTextEquals("promptTokensDetails"u8) || reader.ValueTextEquals("toolUsePromptTokensDetails"u8))
            ReadModalities(ref reader, ref _audioPrompt, ref _imagePrompt);
        else if (reader.ValueTextEquals("cacheTokensDetails"u8)) ReadModalities(ref reader, ref _audioCached, ref _imageCached);
        else if (reader.ValueTextEquals("candidatesTokensDetails"u8)) ReadModalities(ref reader, ref _audioOutput, ref _imageOutput);
        else if (reader.ValueTextEquals("trafficType"u8)) _tier = TierOf(UsageFigure.ReadWord(ref reader));
        else if (reader.ValueTextEquals("serviceTier"u8)) _tier = UsageFigure.ReadWord(ref reader)?.ToLowerInvariant() ?? _tier;
        else UsageFigure.Skip(ref reader);
    }

    // [{"modality":"TEXT","tokenCount":12},{"modality":"AUDIO","tokenCount":400}]
    private void ReadModalities(ref Utf8JsonReader reader, ref long audio, ref long image)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            string? modality = null;
            long? count = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("modality"u8)) modality = UsageFigure.ReadWord(ref reader);
                else if (reader.ValueTextEquals("tokenCount"u8)) count = Figure(ref reader);
                else UsageFigure.Skip(ref reader);
            }

            if (modality == "AUDIO") audio += count ?? 0;
            else if (modality == "IMAGE") image += count ?? 0;
        }
    }

    // Vertex: ON_DEMAND, ON_DEMAND_PRIORITY, ON_DEMAND_FLEX, PROVISIONED_THROUGHPUT
    private static string? TierOf(string? traffic) => traffic switch
    {
        null => null,
        _ when traffic.EndsWith("_PRIORITY", StringComparison.Ordinal) => "priority",
        _ when traffic.EndsWith("_FLEX", StringComparison.Ordinal) => "flex",
        _ => traffic.ToLowerInvariant(),
    };

    private long? Figure(ref Utf8JsonReader reader) => UsageFigure.Read(ref reader, ref _doubts);

    private UsageReading? Normalize()
    {
        var (tools, thoughts) = (_tools ?? 0, _thoughts ?? 0);
        // An answer that was refused or only thought has no candidates.
        if ((_prompt ?? _total - tools - thoughts - (_candidates ?? 0)) is not { } prompt) return null;
        var candidates = _candidates ?? (_total is { } all ? Math.Max(0, all - prompt - tools - thoughts) : 0);
        if (prompt < 0 || (_total is { } total && total != prompt + tools + candidates + thoughts)) _doubts |= UsageDoubts.TotalDiffers;
        if (_cached > prompt) _doubts |= UsageDoubts.CachedAboveInput;
        var usage = new UsageTotals
        {
            Prompt = prompt + tools,
            Cached = Math.Min(_cached ?? 0, Math.Max(0, prompt)),
            AudioInput = Math.Max(0, _audioPrompt - _audioCached),
            ImageInput = Math.Max(0, _imagePrompt - _imageCached),
            Completion = candidates + thoughts,
            Reasoning = thoughts,
            AudioOutput = _audioOutput,
            ImageOutput = _imageOutput,
        }.ToUsage();
        return new UsageReading(usage, _doubts) { ServiceTier = _tier };
    }
}
