using System.Buffers;
using System.Text.Json;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>The one pass over a Gemini request, such as <c>{"contents":[{"role":"user","parts":[{"text":"Hi"}]}],"generationConfig":{"maxOutputTokens":100}}</c>.</summary>
internal sealed class GenerateContentScanner(GenerateContentScan scan, bool counting)
{
    private const int MaxChoices = 128;
    private const int MaxModelLength = 256;

    private readonly GenerateContentText _text = new(scan);
    private GeminiMember _seen;
    private GatewayRefusal? _refusal;

    public GatewayRefusal? Read(in ReadOnlySequence<byte> body)
    {
        if (!Utf8Check.IsWellFormed(body)) return NotJson("it is not UTF-8.");
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = RequestScan.MaxDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return NotJson("an object is expected.");
            scan.MembersStart = reader.BytesConsumed;
            ReadMembers(ref reader);
            if (_refusal is not null) return _refusal;
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

        if ((_seen & GeminiMember.Contents) == 0) Refuse("contents", "You must provide 'contents'.");
        return _refusal;
    }

    private void ReadMembers(ref Utf8JsonReader reader)
    {
        while (_refusal is null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName) ReadMember(ref reader);
    }

    private void ReadMember(ref Utf8JsonReader reader)
    {
        var (member, start) = Step(ref reader);
        if (_refusal is not null) return;
        switch (member)
        {
            case GeminiMember.Model: ReadModel(ref reader); scan.ModelRange = Range(start, ref reader); break;
            case GeminiMember.Contents: ReadContents(ref reader); break;
            case GeminiMember.SystemInstruction: _text.ReadContent(ref reader, countMessages: false); break;
            case GeminiMember.Tools: _text.ReadTools(ref reader); break;
            case GeminiMember.GenerationConfig: ReadConfig(ref reader); scan.ConfigRange = Range(start, ref reader); break;
            case GeminiMember.CachedContent: scan.HasOpaqueInput |= reader.TokenType != JsonTokenType.Null; reader.Skip(); break;
            case GeminiMember.GenerateContentRequest when counting:
                if (reader.TokenType == JsonTokenType.StartObject) ReadMembers(ref reader);
                else Refuse("generateContentRequest", "'generateContentRequest' must be an object.");
                break;
            case GeminiMember.NoText: reader.Skip(); break;
            default: _text.ReadOther(ref reader); break;
        }
    }

    /// <summary>From a member's name to its value.</summary>
    private (GeminiMember Member, long Start) Step(ref Utf8JsonReader reader)
    {
        var member = GeminiMembers.Recognize(ref reader, out var misspelt);
        if (misspelt is not null && member == GeminiMember.None) Refuse(misspelt, $"Unknown spelling of '{misspelt}'.");
        else if (member is not (GeminiMember.None or GeminiMember.NoText) && (_seen & member) != 0)
            Refuse(GeminiMembers.NameOf(member), $"'{GeminiMembers.NameOf(member)}' is given twice.");
        _seen |= member;
        reader.Read();
        return (member, reader.TokenStartIndex);
    }

    private void ReadModel(ref Utf8JsonReader reader)
    {
        if (JsonText.ReadUpTo(ref reader, MaxModelLength) is { } model && GeminiModelName.Bare(model) == scan.Model) return;
        Refuse("model", "'model' differs from the model in the path.");
    }

    private void ReadContents(ref Utf8JsonReader reader)
    {
        _text.ReadContent(ref reader, countMessages: true);
        if (scan.Messages == 0) Refuse("contents", "'contents' must be a non-empty array of contents.");
    }

    private void ReadConfig(ref Utf8JsonReader reader)
    {
        scan.ConfigIsBare = true;
        if (reader.TokenType == JsonTokenType.Null) return;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Refuse("generationConfig", "'generationConfig' must be an object.");
            return;
        }

        while (_refusal is null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            scan.ConfigIsBare = false;
            var (member, start) = Step(ref reader);
            if (_refusal is not null) return;
            switch (member)
            {
                case GeminiMember.MaxOutputTokens:
                    scan.MaxOutput = ReadCount(ref reader, "generationConfig.maxOutputTokens", int.MaxValue);
                    scan.MaxOutputRange = Range(start, ref reader);
                    break;
                case GeminiMember.CandidateCount: scan.Choices = (int)(ReadCount(ref reader, "generationConfig.candidateCount", MaxChoices) ?? 1); break;
                case GeminiMember.ThinkingConfig: ReadThinking(ref reader); break;
                case GeminiMember.NoText: reader.Skip(); break;
                default: _text.ReadOther(ref reader); break;
            }
        }
    }

    private void ReadThinking(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null) return;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Refuse("generationConfig.thinkingConfig", "'thinkingConfig' must be an object.");
            return;
        }

        while (_refusal is null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (member, _) = Step(ref reader);
            if (member == GeminiMember.IncludeThoughts) scan.IncludeThoughts = reader.TokenType == JsonTokenType.True;
            reader.Skip();
        }
    }

    private long? ReadCount(ref Utf8JsonReader reader, string name, int limit)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var count) && count >= 1 && count <= limit) return count;
        Refuse(name, $"'{name}' must be an integer from 1 to {limit}.");
        return null;
    }

    private void Refuse(string param, string message) =>
        _refusal ??= GatewayFailures.Refuse(GatewayFailure.BodyInvalid, message) with { Param = param };

    private static GatewayRefusal NotJson(string reason) => GatewayFailures.Refuse(GatewayFailure.BodyNotJson, reason);

    private static ByteRange Range(long start, ref Utf8JsonReader reader) => new(start, reader.BytesConsumed - start);
}
