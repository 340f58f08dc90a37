using System.Buffers;
using System.Text.Json;
using AiPortal.Core.Gateway.Chat;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>The one pass over a messages request, such as <c>{"model":"claude-sonnet-5","max_tokens":1024,"messages":[{"role":"user","content":"Hi"}]}</c>.</summary>
internal sealed class MessagesScanner(MessagesScan scan, bool needsMaxTokens)
{
    private const int MaxModelLength = 256;
    private const string UserIdName = "user_id";

    private readonly MessagesContentScanner _content = new(scan);
    private MessagesMember _seen;
    private GatewayRefusal? _refusal;

    public GatewayRefusal? Read(in ReadOnlySequence<byte> body)
    {
        if (!Utf8Check.IsWellFormed(body)) return NotJson("it is not UTF-8.");
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = RequestScan.MaxDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return NotJson("an object is expected.");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadMember(ref reader);
                if (_refusal is not null) return _refusal;
            }

            reader.Read();
        }
        catch (JsonException fault)
        {
            return NotJson(fault.Message);
        }
        catch (InvalidOperationException)
        {
            return NotJson("a string has half of a surrogate pair.");
        }

        if ((_seen & MessagesMember.Model) == 0) Refuse("model", "model: Field required.");
        else if ((_seen & MessagesMember.Messages) == 0) Refuse("messages", "messages: Field required.");
        else if (needsMaxTokens && scan.MaxOutput is null) Refuse("max_tokens", "max_tokens: Field required.");
        return _refusal;
    }

    private void ReadMember(ref Utf8JsonReader reader)
    {
        var member = MessagesMembers.Recognize(ref reader, out var misspelt);
        if (misspelt is not null)
        {
            Refuse(misspelt, $"{misspelt}: unknown spelling; some providers would read it as that member, others would not.");
            return;
        }

        if (MessagesMembers.IsOnceOnly(member) && (_seen & member) != 0)
        {
            var name = reader.GetString()!;
            Refuse(name, $"{name}: given twice.");
            return;
        }

        _seen |= member;
        reader.Read();
        switch (member)
        {
            case MessagesMember.Model: ReadModel(ref reader); break;
            case MessagesMember.MaxTokens: ReadMaxTokens(ref reader); break;
            case MessagesMember.Stream:
                if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null)) Refuse("stream", "stream: must be true or false.");
                scan.Stream = reader.TokenType == JsonTokenType.True;
                break;
            case MessagesMember.Metadata: ReadMetadata(ref reader); break;
            case MessagesMember.System: _content.ReadContent(ref reader); break;
            case MessagesMember.Messages:
                if (reader.TokenType == JsonTokenType.StartArray) _content.ReadMessages(ref reader);
                if (scan.Messages == 0) Refuse("messages", "messages: must be a non-empty array of messages.");
                break;
            case MessagesMember.Tools: _content.ReadTools(ref reader); break;
            case MessagesMember.Thinking: ReadThinking(ref reader); break;
            case MessagesMember.Outside: scan.HasOpaqueInput |= reader.TokenType != JsonTokenType.Null; reader.Skip(); break;
            case MessagesMember.OtherModels:
                if (reader.TokenType != JsonTokenType.Null) Refuse("models", "'models' and 'fallbacks' are not accepted: the portal's routes choose other models.");
                break;
            case MessagesMember.NoText: reader.Skip(); break;
            case MessagesMember.None: _content.ReadOther(ref reader); break;
        }
    }

    private void ReadModel(ref Utf8JsonReader reader)
    {
        var start = reader.TokenStartIndex;
        var model = JsonText.ReadUpTo(ref reader, MaxModelLength);
        if (string.IsNullOrWhiteSpace(model) || model.AsSpan().IndexOfAnyInRange('\0', '\u001f') >= 0)
            Refuse("model", $"model: must be a non-empty string of at most {MaxModelLength} characters.");
        else scan.Model = model;
        scan.ModelRange = new ByteRange(start, reader.BytesConsumed - start);
    }

    // 0 only warms the prompt cache.
    private void ReadMaxTokens(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null && !needsMaxTokens) return;
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var count) && count >= 0) scan.MaxOutput = count;
        else Refuse("max_tokens", "max_tokens: must be a whole number of at least 0.");
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        var tags = RequestTags.Read(ref reader);
        scan.User = tags.LastOrDefault(tag => tag.Key == UserIdName).Value;
        scan.Tags = scan.User is null ? tags : [.. tags.Where(tag => tag.Key != UserIdName)];
    }

    // {"type":"enabled","budget_tokens":2048}
    private void ReadThinking(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            if (reader.TokenType != JsonTokenType.Null) Refuse("thinking", "thinking: must be an object.");
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            reader.Read();
            if (isType) scan.WantsThoughts = reader.TokenType == JsonTokenType.String && !reader.ValueTextEquals("disabled"u8);
            reader.Skip();
        }
    }

    private void Refuse(string param, string message) => _refusal ??= GatewayFailures.Refuse(GatewayFailure.BodyInvalid, message) with { Param = param };

    private static GatewayRefusal NotJson(string reason) => GatewayFailures.Refuse(GatewayFailure.BodyNotJson, reason);
}
