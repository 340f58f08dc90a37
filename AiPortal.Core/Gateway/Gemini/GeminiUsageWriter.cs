using System.Text.Json;
using AiPortal.Core.Catalog;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>Writes <c>usageMetadata</c> as Google counts: what was cached is inside the prompt, thoughts are beside the candidates.</summary>
internal static class GeminiUsageWriter
{
    public static void Write(Utf8JsonWriter json, Usage usage)
    {
        var candidates = usage.TotalOutput - usage.Reasoning;
        json.WriteStartObject("usageMetadata"u8);
        json.WriteNumber("promptTokenCount"u8, usage.TotalInput);
        if (usage.CachedInput > 0) json.WriteNumber("cachedContentTokenCount"u8, usage.CachedInput);
        json.WriteNumber("candidatesTokenCount"u8, candidates);
        if (usage.Reasoning > 0) json.WriteNumber("thoughtsTokenCount"u8, usage.Reasoning);
        json.WriteNumber("totalTokenCount"u8, usage.Total);
        WriteModalities(json, "promptTokensDetails", usage.TotalInput, usage.AudioInput, usage.ImageInput);
        WriteModalities(json, "candidatesTokensDetails", candidates, usage.AudioOutput, usage.ImageOutput);
        json.WriteEndObject();
    }

    private static void WriteModalities(Utf8JsonWriter json, string name, long all, long audio, long image)
    {
        if (all == 0) return;
        json.WriteStartArray(name);
        foreach (var (modality, count) in (ReadOnlySpan<(string, long)>)[("TEXT", all - audio - image), ("AUDIO", audio), ("IMAGE", image)])
        {
            if (count == 0) continue;
            json.WriteStartObject();
            json.WriteString("modality"u8, modality);
            json.WriteNumber("tokenCount"u8, count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
