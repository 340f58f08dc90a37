using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>An Anthropic messages request after one pass over its bytes.</summary>
public sealed class MessagesScan : RequestScan
{
    internal MessagesScan()
    {
    }

    public ByteRange ModelRange { get; internal set; }

    /// <summary>Whether the caller asked for thoughts: an answer of a vendor that gives them unasked has none for the others.</summary>
    public bool WantsThoughts { get; internal set; }

    /// <summary>Reads a body. False, with a refusal that names the fault, when it is not an acceptable request; never throws for any bytes.</summary>
    /// <param name="needsMaxTokens">False where tokens are only counted.</param>
    public static bool TryRead(
        in ReadOnlySequence<byte> body, bool needsMaxTokens, [NotNullWhen(true)] out MessagesScan? scan, [NotNullWhen(false)] out GatewayRefusal? refusal)
    {
        var read = new MessagesScan();
        refusal = new MessagesScanner(read, needsMaxTokens).Read(body);
        scan = refusal is null ? read : null;
        return refusal is null;
    }
}
