namespace AiPortal.Core.Gateway.Translation;

/// <summary>A piece of a turn, of instructions, of a tool's result or of an answer.</summary>
public abstract record ContentPart
{
    /// <summary>Set where a prompt cache may end behind it: <c>5m</c> or <c>1h</c>.</summary>
    public string? CacheTtl { get; init; }
}

public sealed record TextPart(string Text) : ContentPart;

/// <summary>The model's own words for why it will not answer.</summary>
public sealed record RefusalPart(string Text) : ContentPart;

/// <summary>Either base64 <paramref name="Data"/> with its media type, or an address the provider fetches.</summary>
/// <param name="Detail">low, high or auto, where the caller said so.</param>
public sealed record ImagePart(string? MediaType, string? Data, string? Url, string? Detail = null) : ContentPart;

/// <summary>A document: base64 <paramref name="Data"/> with its media type, or an address, or the id of a file at the caller's vendor.</summary>
public sealed record DocumentPart(string? MediaType, string? Data, string? Url, string? FileId, string? Name) : ContentPart;

/// <summary>Sound as base64.</summary>
/// <param name="Format">wav, mp3 and so on: the part behind <c>audio/</c>.</param>
public sealed record AudioPart(string Format, string Data) : ContentPart;

/// <summary>A call of a tool.</summary>
/// <param name="Id">Empty where the vendor gives none: whoever needs one mints it.</param>
/// <param name="Arguments">JSON text; may be broken where the answer was cut.</param>
public sealed record ToolCallPart(string Id, string Name, string Arguments) : ContentPart
{
    /// <summary>Gemini's <c>thoughtSignature</c>, which must go back on the same call.</summary>
    public string? Signature { get; init; }
}

/// <summary>What a tool answered.</summary>
/// <param name="Name">The tool's name where the caller or an earlier call of the conversation tells it.</param>
public sealed record ToolResultPart(string CallId, string? Name, IReadOnlyList<ContentPart> Content, bool IsError) : ContentPart;

/// <summary>The model's thoughts, or a summary of them.</summary>
/// <param name="Signature">The vendor's seal, without which it does not take them back.</param>
/// <param name="Redacted">Thoughts the vendor gives only encrypted; then there is no text.</param>
public sealed record ReasoningPart(string Text, string? Signature, string? Redacted = null) : ContentPart;
