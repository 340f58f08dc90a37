using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using AiPortal.Core.Gateway.OpenAi;

namespace AiPortal.Core.Gateway.Responses;

/// <summary>A request for a response after one pass over its bytes.</summary>
public sealed class ResponsesRequestScan : JsonRequestScan
{
    internal ResponsesRequestScan()
    {
    }

    /// <summary>The response this one goes on from; it is stored at the account that made it.</summary>
    public string? PreviousResponseId { get; internal set; }

    /// <summary>The value of <c>max_output_tokens</c>, also when it is null.</summary>
    public ByteRange? MaxOutputRange { get; internal set; }

    /// <summary>Settings that an answer repeats; set when the request is translated.</summary>
    internal IReadOnlyDictionary<string, JsonElement> Echo { get; set; } = new Dictionary<string, JsonElement>();

    /// <summary>Reads a body. False, with a refusal that names the fault, when it is not an acceptable request; never throws for any bytes.</summary>
    public static bool TryRead(in ReadOnlySequence<byte> body, [NotNullWhen(true)] out ResponsesRequestScan? scan, [NotNullWhen(false)] out GatewayRefusal? refusal)
    {
        var read = new ResponsesRequestScan();
        refusal = new ResponsesRequestScanner(read).Read(body);
        scan = refusal is null ? read : null;
        return refusal is null;
    }
}
