using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway.Caching;

/// <summary>
/// Everything that an answer depends on: whose it is, the way in, the model after routing, the caller's headers that go to the provider,
/// and the body's JSON without its white space. Two requests with the same hash are the same request.
/// </summary>
internal static class RequestHash
{
    private const int MaxBody = 1 << 20;

    /// <summary>Null for a body that is too long to be worth it.</summary>
    public static KeyHash? Of(GatewayCall call, bool perKey)
    {
        if (call.Bytes.Length > MaxBody) return null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(call.Key!.Organization.Id.ToByteArray());
        hash.AppendData((perKey ? call.Key.Id : Guid.Empty).ToByteArray());
        Append(hash, call.Operation.GetType().FullName);
        Append(hash, call.Target.Model);
        Append(hash, call.Target.Stream?.ToString());
        Append(hash, call.Model);
        foreach (var name in call.Operation.At(call.Plan[0].Account.Kind)!.PassedHeaders) Append(hash, $"{name}={call.Context.Request.Headers[name]}");
        AppendJson(hash, call.Bytes);
        return KeyHash.From(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, string? text)
    {
        hash.AppendData(Encoding.UTF8.GetBytes(text ?? "\u0001"));
        hash.AppendData([0]);
    }

    /// <summary>Each token as it is written: no NUL can be in it, so that one behind it parts it from the next.</summary>
    private static void AppendJson(IncrementalHash hash, in ReadOnlySequence<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = Core.Gateway.RequestScan.MaxDepth });
        while (reader.Read())
        {
            hash.AppendData([(byte)reader.TokenType]);
            if (reader.HasValueSequence)
            {
                foreach (var piece in reader.ValueSequence) hash.AppendData(piece.Span);
            }
            else hash.AppendData(reader.ValueSpan);

            hash.AppendData([0]);
        }
    }
}
