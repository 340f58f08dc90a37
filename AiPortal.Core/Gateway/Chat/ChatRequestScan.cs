using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>An OpenAI chat request after one pass over its bytes.</summary>
public sealed class ChatRequestScan : RequestScan
{
    internal ChatRequestScan()
    {
    }

    public ByteRange ModelRange { get; internal set; }

    /// <summary>The value of <c>max_tokens</c>, also when it is null.</summary>
    public ByteRange? MaxTokensRange { get; internal set; }

    /// <summary>The value of <c>max_completion_tokens</c>, also when it is null.</summary>
    public ByteRange? MaxCompletionTokensRange { get; internal set; }

    /// <summary>Whether the caller asked for the usage chunk of a stream.</summary>
    public bool IncludeUsage { get; internal set; }

    /// <summary>The value of <c>stream_options.include_usage</c>.</summary>
    public ByteRange? IncludeUsageRange { get; internal set; }

    /// <summary>The value of <c>stream_options</c>, also when it is null.</summary>
    public ByteRange? StreamOptionsRange { get; internal set; }

    public bool StreamOptionsIsNull { get; internal set; }

    public bool StreamOptionsIsEmpty { get; internal set; }

    /// <summary>The bound that the interface itself sets where the caller gave none; it is sent, so that it holds everywhere.</summary>
    public long? DefaultOutput { get; internal set; }

    /// <summary>Just behind the body's opening brace, where a member can be put in.</summary>
    public long MembersStart { get; internal set; }

    /// <summary>Reads a body. False, with a refusal that names the fault, when it is not an acceptable request; never throws for any bytes.</summary>
    public static bool TryRead(in ReadOnlySequence<byte> body, [NotNullWhen(true)] out ChatRequestScan? scan, [NotNullWhen(false)] out GatewayRefusal? refusal)
    {
        var read = new ChatRequestScan();
        refusal = new ChatRequestScanner(read).Read(body);
        scan = refusal is null ? read : null;
        return refusal is null;
    }

    /// <summary>The same for the old interface: a prompt instead of messages.</summary>
    public static bool TryReadCompletion(in ReadOnlySequence<byte> body, [NotNullWhen(true)] out ChatRequestScan? scan, [NotNullWhen(false)] out GatewayRefusal? refusal)
    {
        var read = new ChatRequestScan();
        refusal = new ChatRequestScanner(read, hasPrompt: true).Read(body);
        scan = refusal is null ? read : null;
        return refusal is null;
    }
}
