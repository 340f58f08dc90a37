using System.Buffers;
using System.Text.Json;
using AiPortal.Core.Gateway.OpenAi;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>The one pass over a chat request, such as <c>{"model":"gpt-5.4","messages":[{"role":"user","content":"Hi"}],"stream":true}</c>.</summary>
/// <param name="scan">Gets what is found.</param>
/// <param name="hasPrompt">The old interface: a prompt or several instead of messages.</param>
internal sealed class ChatRequestScanner(ChatRequestScan scan, bool hasPrompt = false)
{
    // What the old interface makes of a request without a bound.
    private const long DefaultOfCompletions = 16;
    private const int MaxModelLength = 256;
    private const int MaxUserLength = 512;
    private const int MaxChoices = 128;

    private readonly ChatContentScanner _content = new(scan);
    private ChatMember _seen;
    private bool _hasInput;
    private string? _userField;
    private string? _safetyIdentifier;
    private long? _maxTokens;
    private long? _maxCompletionTokens;
    private GatewayRefusal? _refusal;

    public GatewayRefusal? Read(in ReadOnlySequence<byte> body)
    {
        if (!Utf8Check.IsWellFormed(body)) return NotJson("it is not UTF-8.");
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = RequestScan.MaxDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return NotJson("an object is expected.");
            scan.MembersStart = reader.BytesConsumed;
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

        return Finish();
    }

    private void ReadMember(ref Utf8JsonReader reader)
    {
        var member = ChatMembers.Recognize(ref reader, out var misspelt);
        if (misspelt is not null)
        {
            Refuse(misspelt, $"Unknown spelling of '{misspelt}': some providers would read it as that member, others would not.");
            return;
        }

        if (ChatMembers.IsOnceOnly(member) && (_seen & member) != 0)
        {
            Refuse(ChatMembers.NameOf(member), $"'{ChatMembers.NameOf(member)}' is given twice.");
            return;
        }

        _seen |= member;
        reader.Read();
        var start = reader.TokenStartIndex;
        switch (member)
        {
            case ChatMember.Model: ReadModel(ref reader); scan.ModelRange = Range(start, ref reader); break;
            case ChatMember.Stream: scan.Stream = ReadBoolean(ref reader, "stream"); break;
            case ChatMember.MaxTokens: _maxTokens = ReadCount(ref reader, "max_tokens", long.MaxValue); scan.MaxTokensRange = Range(start, ref reader); break;
            case ChatMember.MaxCompletionTokens:
                _maxCompletionTokens = ReadCount(ref reader, "max_completion_tokens", long.MaxValue);
                scan.MaxCompletionTokensRange = Range(start, ref reader);
                break;
            case ChatMember.N: RaiseChoices(ReadCount(ref reader, "n", MaxChoices)); break;
            case ChatMember.BestOf: RaiseChoices(ReadCount(ref reader, "best_of", MaxChoices)); break;
            case ChatMember.StreamOptions: ReadStreamOptions(ref reader); scan.StreamOptionsRange = Range(start, ref reader); break;
            case ChatMember.User: _userField = JsonText.ReadUpTo(ref reader, MaxUserLength); reader.Skip(); break;
            case ChatMember.SafetyIdentifier: _safetyIdentifier = JsonText.ReadUpTo(ref reader, MaxUserLength); reader.Skip(); break;
            case ChatMember.Metadata: scan.Tags = RequestTags.Read(ref reader); break;
            case ChatMember.Messages: ReadMessages(ref reader); break;
            case ChatMember.Tools: _content.ReadTools(ref reader); break;
            case ChatMember.WebSearch: scan.HasOpaqueInput |= reader.TokenType != JsonTokenType.Null; reader.Skip(); break;
            case ChatMember.OtherModels:
                if (reader.TokenType == JsonTokenType.Null) break;
                Refuse("models", "'models' and 'fallbacks' are not accepted: the portal's routes choose other models.");
                break;
            case ChatMember.NoText: reader.Skip(); break;
            case ChatMember.Prompt when hasPrompt: _hasInput = InputList.Read(ref reader, scan); break;
            case ChatMember.None or ChatMember.Prompt: _content.ReadOther(ref reader); break;
        }
    }

    private void ReadModel(ref Utf8JsonReader reader)
    {
        var model = JsonText.ReadUpTo(ref reader, MaxModelLength);
        if (string.IsNullOrWhiteSpace(model) || model.AsSpan().IndexOfAnyInRange('\0', '\u001f') >= 0)
            Refuse("model", $"'model' must be a non-empty string of at most {MaxModelLength} characters.");
        else scan.Model = model;
    }

    private bool ReadBoolean(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null)) Refuse(name, $"'{name}' must be true or false.");
        return reader.TokenType == JsonTokenType.True;
    }

    private long? ReadCount(ref Utf8JsonReader reader, string name, long limit)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var count) && count >= 1 && count <= limit) return count;
        Refuse(name, limit == long.MaxValue ? $"'{name}' must be a positive integer." : $"'{name}' must be an integer from 1 to {limit}.");
        return null;
    }

    private void RaiseChoices(long? choices) => scan.Choices = Math.Max(scan.Choices, (int)(choices ?? 1));

    private void ReadStreamOptions(ref Utf8JsonReader reader)
    {
        scan.StreamOptionsIsNull = reader.TokenType == JsonTokenType.Null;
        if (scan.StreamOptionsIsNull) return;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Refuse("stream_options", "'stream_options' must be an object.");
            return;
        }

        scan.StreamOptionsIsEmpty = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            scan.StreamOptionsIsEmpty = false;
            var includeUsage = reader.ValueTextEquals("include_usage"u8);
            reader.Read();
            if (!includeUsage)
            {
                reader.Skip();
                continue;
            }

            if (scan.IncludeUsageRange is not null) Refuse("stream_options.include_usage", "'include_usage' is given twice.");
            scan.IncludeUsage = ReadBoolean(ref reader, "stream_options.include_usage");
            if (_refusal is not null) return;
            scan.IncludeUsageRange = Range(reader.TokenStartIndex, ref reader);
        }
    }

    private void ReadMessages(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartArray) _content.ReadMessages(ref reader);
        _hasInput = true;
        if (scan.Messages == 0) Refuse("messages", "'messages' must be a non-empty array of messages.");
    }

    private GatewayRefusal? Finish()
    {
        if ((_seen & ChatMember.Model) == 0) Refuse("model", "You must provide a 'model'.");
        else if (hasPrompt && !_hasInput) Refuse("prompt", "'prompt' must be a string, an array of strings or of tokens, and not empty.");
        else if (!_hasInput) Refuse("messages", "You must provide 'messages'.");
        else if (_maxTokens is { } old && _maxCompletionTokens is { } current && old != current)
            Refuse("max_tokens", "'max_tokens' and 'max_completion_tokens' differ. Send one.");
        scan.MaxOutput = _maxCompletionTokens ?? _maxTokens;
        if (hasPrompt)
        {
            scan.DefaultOutput = scan.MaxOutput is null ? DefaultOfCompletions : null;
            scan.MaxOutput ??= DefaultOfCompletions;
            scan.Choices *= scan.Inputs;
        }

        scan.User = _userField ?? _safetyIdentifier;
        return _refusal;
    }

    private void Refuse(string param, string message) =>
        _refusal ??= GatewayFailures.Refuse(GatewayFailure.BodyInvalid, message) with { Param = param };

    private static GatewayRefusal NotJson(string reason) => GatewayFailures.Refuse(GatewayFailure.BodyNotJson, reason);

    private static ByteRange Range(long start, ref Utf8JsonReader reader) => new(start, reader.BytesConsumed - start);
}
