using System.Buffers;
using System.Text.Json;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway;

/// <summary>
/// A way in that asks how many tokens a conversation would be: for whatever that conversation is served for. It costs nothing; where the
/// provider does not count itself the answer is our own estimate.
/// </summary>
public abstract class CountingOperation : GatewayOperation
{
    private readonly string _member;

    /// <param name="member">The answer's member with the count.</param>
    protected CountingOperation(string member) => _member = member;

    public sealed override string RequestType => "count_tokens";

    /// <summary>The way in for the conversation itself.</summary>
    protected abstract GatewayOperation Conversation { get; }

    /// <summary>How accounts of a kind are asked to count; null for those that do not.</summary>
    public abstract IUpstreamExchange? Counter(ProviderKind kind);

    public sealed override IUpstreamExchange? At(ProviderKind kind) => Counter(kind) ?? Conversation.At(kind);

    /// <summary>Whether a provider's answer says a count; never throws for any bytes.</summary>
    public bool IsCount(in ReadOnlySequence<byte> body)
    {
        try
        {
            using var answer = JsonDocument.Parse(body);
            return answer.RootElement.ValueKind == JsonValueKind.Object && answer.RootElement.TryGetProperty(_member, out var count)
                && count.ValueKind == JsonValueKind.Number && count.TryGetInt64(out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Writes an answer of our own.</summary>
    public void WriteCount(IBufferWriter<byte> output, long tokens)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteNumber(_member, tokens);
        json.WriteEndObject();
    }
}
