using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>A Gemini request after one pass over its bytes. The model and whether it streams stand in the path.</summary>
public sealed class GenerateContentScan : RequestScan
{
    internal GenerateContentScan()
    {
    }

    /// <summary>Whether the caller wants to see thoughts: <c>generationConfig.thinkingConfig.includeThoughts</c>.</summary>
    public bool IncludeThoughts { get; internal set; }

    /// <summary>The value of <c>model</c>, which some SDKs repeat in the body.</summary>
    public ByteRange? ModelRange { get; internal set; }

    /// <summary>The value of <c>generationConfig</c>, also when it is null.</summary>
    public ByteRange? ConfigRange { get; internal set; }

    /// <summary><c>generationConfig</c> is null or has no members.</summary>
    public bool ConfigIsBare { get; internal set; }

    /// <summary>The value of <c>generationConfig.maxOutputTokens</c>, also when it is null.</summary>
    public ByteRange? MaxOutputRange { get; internal set; }

    /// <summary>Just behind the body's opening brace, where a member can be put in.</summary>
    public long MembersStart { get; internal set; }

    /// <summary>Reads a body. False, with a refusal that names the fault, when it is not an acceptable request; never throws for any bytes.</summary>
    /// <param name="counting">The body of <c>countTokens</c>: the request may stand in <c>generateContentRequest</c>.</param>
    public static bool TryRead(CallTarget target, in ReadOnlySequence<byte> body, bool counting,
        [NotNullWhen(true)] out GenerateContentScan? scan, [NotNullWhen(false)] out GatewayRefusal? refusal)
    {
        scan = null;
        refusal = GeminiModelName.Fault(target.Model);
        if (refusal is not null) return false;
        var read = new GenerateContentScan { Model = target.Model!, Stream = target.Stream == true };
        refusal = new GenerateContentScanner(read, counting).Read(body);
        scan = refusal is null ? read : null;
        return refusal is null;
    }
}
