using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>Where a value stands in the body, in bytes from its beginning; a string's range includes its quotes.</summary>
public readonly record struct ByteRange(long Start, long Length)
{
    public long End => Start + Length;
}

/// <summary>What the gateway knows of an OpenAI chat request after one pass over its bytes. The bytes themselves stay as they came.</summary>
public sealed class ChatRequestScan
{
    internal ChatRequestScan()
    {
    }

    public string Model { get; internal set; } = "";

    public ByteRange ModelRange { get; internal set; }

    public bool Stream { get; internal set; }

    /// <summary>The caller's own bound on output tokens of one choice, by either name; null when there is none.</summary>
    public long? MaxOutput { get; internal set; }

    /// <summary>The value of <c>max_tokens</c>, also when it is null.</summary>
    public ByteRange? MaxTokensRange { get; internal set; }

    /// <summary>The value of <c>max_completion_tokens</c>, also when it is null.</summary>
    public ByteRange? MaxCompletionTokensRange { get; internal set; }

    /// <summary>How many answers may be generated: the larger of <c>n</c> and <c>best_of</c>, at least 1.</summary>
    public int Choices { get; internal set; } = 1;

    /// <summary>Whether the caller asked for the usage chunk of a stream.</summary>
    public bool IncludeUsage { get; internal set; }

    /// <summary>The value of <c>stream_options.include_usage</c>.</summary>
    public ByteRange? IncludeUsageRange { get; internal set; }

    /// <summary>The value of <c>stream_options</c>, also when it is null.</summary>
    public ByteRange? StreamOptionsRange { get; internal set; }

    public bool StreamOptionsIsNull { get; internal set; }

    public bool StreamOptionsIsEmpty { get; internal set; }

    /// <summary>Just behind the body's opening brace, where a member can be put in.</summary>
    public long MembersStart { get; internal set; }

    /// <summary>The caller's name for its end user: <c>user</c>, else <c>safety_identifier</c>. A tag, never the owner.</summary>
    public string? User { get; internal set; }

    /// <summary>The string pairs of <c>metadata</c>: at most 16, names up to 64 and values up to 512 characters; others are left out.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; internal set; } = [];

    /// <summary>All text that can become input tokens: strings of the messages, compact JSON of tools, schemas and other members.</summary>
    public TextTally Text { get; internal set; }

    public int Messages { get; internal set; }

    public int Tools { get; internal set; }

    /// <summary>Image parts, those of low detail included.</summary>
    public int Images { get; internal set; }

    public int LowDetailImages { get; internal set; }

    /// <summary>The input has something whose tokens cannot be bounded from the body: files, audio, video, a web search.</summary>
    public bool HasOpaqueInput { get; internal set; }

    /// <summary>Reads a body. False, with a refusal that names the fault, when it is not an acceptable request; never throws for any bytes.</summary>
    public static bool TryRead(in ReadOnlySequence<byte> body, [NotNullWhen(true)] out ChatRequestScan? scan, [NotNullWhen(false)] out GatewayRefusal? refusal)
    {
        var read = new ChatRequestScan();
        refusal = new ChatRequestScanner(read).Read(body);
        scan = refusal is null ? read : null;
        return refusal is null;
    }
}
