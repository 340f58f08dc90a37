using System.Text.Json;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>The members of a Gemini request that the gateway treats each in its own way, with those of its <c>generationConfig</c>.</summary>
[Flags]
internal enum GeminiMember
{
    None = 0,
    Model = 1 << 0,
    Contents = 1 << 1,
    SystemInstruction = 1 << 2,
    Tools = 1 << 3,
    ToolConfig = 1 << 4,
    GenerationConfig = 1 << 5,
    CachedContent = 1 << 6,
    GenerateContentRequest = 1 << 7,
    MaxOutputTokens = 1 << 8,
    CandidateCount = 1 << 9,
    ThinkingConfig = 1 << 10,
    IncludeThoughts = 1 << 11,
    ResponseSchema = 1 << 12,
    ResponseJsonSchema = 1 << 13,

    /// <summary>Settings that never become input tokens.</summary>
    NoText = 1 << 14,
}

/// <summary>Google takes every member by two names, <c>maxOutputTokens</c> and <c>max_output_tokens</c>; both at once are one member given twice.</summary>
internal static class GeminiMembers
{
    private const int LongestName = 24;

    private static readonly (string Camel, string Snake, GeminiMember Member)[] Watched =
    [
        ("model", "model", GeminiMember.Model),
        ("contents", "contents", GeminiMember.Contents),
        ("systemInstruction", "system_instruction", GeminiMember.SystemInstruction),
        ("tools", "tools", GeminiMember.Tools),
        ("toolConfig", "tool_config", GeminiMember.ToolConfig),
        ("generationConfig", "generation_config", GeminiMember.GenerationConfig),
        ("cachedContent", "cached_content", GeminiMember.CachedContent),
        ("generateContentRequest", "generate_content_request", GeminiMember.GenerateContentRequest),
        ("maxOutputTokens", "max_output_tokens", GeminiMember.MaxOutputTokens),
        ("candidateCount", "candidate_count", GeminiMember.CandidateCount),
        ("thinkingConfig", "thinking_config", GeminiMember.ThinkingConfig),
        ("includeThoughts", "include_thoughts", GeminiMember.IncludeThoughts),
        ("responseSchema", "response_schema", GeminiMember.ResponseSchema),
        ("responseJsonSchema", "response_json_schema", GeminiMember.ResponseJsonSchema),
        ("safetySettings", "safety_settings", GeminiMember.NoText),
        ("responseMimeType", "response_mime_type", GeminiMember.NoText),
        ("stopSequences", "stop_sequences", GeminiMember.NoText),
        ("responseModalities", "response_modalities", GeminiMember.NoText),
        ("speechConfig", "speech_config", GeminiMember.NoText),
        ("mediaResolution", "media_resolution", GeminiMember.NoText),
        ("imageConfig", "image_config", GeminiMember.NoText),
    ];

    /// <summary>What the name under the reader means. <paramref name="misspelt"/> is set when it differs from a watched name in letter case or underscores alone.</summary>
    public static GeminiMember Recognize(ref Utf8JsonReader reader, out string? misspelt)
    {
        misspelt = null;
        var rawLength = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
        // An escape such as \u006d makes six bytes of one character.
        if (rawLength > LongestName * 6) return GeminiMember.None;
        Span<char> name = stackalloc char[LongestName * 6];
        name = name[..reader.CopyString(name)];
        foreach (var (camel, snake, member) in Watched)
        {
            if (name.SequenceEqual(camel) || name.SequenceEqual(snake)) return member;
            if (IsAlike(name, camel)) misspelt = camel;
        }

        return GeminiMember.None;
    }

    public static string NameOf(GeminiMember member) => Array.Find(Watched, watched => watched.Member == member).Camel;

    private static bool IsAlike(ReadOnlySpan<char> name, string watched)
    {
        var at = 0;
        foreach (var character in name)
        {
            if (character == '_') continue;
            if (at == watched.Length || char.ToLowerInvariant(character) != char.ToLowerInvariant(watched[at])) return false;
            at++;
        }

        return at == watched.Length;
    }
}
