using System.Buffers;
using System.Text.Json;
using AiPortal.Core.Gateway.Chat;

namespace AiPortal.Core.Gateway.OpenAi;

/// <summary>The one pass over a request that is a JSON object. Each interface says which further members it watches, and what they mean.</summary>
/// <param name="scan">Gets what is found.</param>
/// <param name="watched">Members that decide something here, beside the model: given twice or in other letter case they are refused, because servers read that differently.</param>
internal abstract class JsonRequestScanner(JsonRequestScan scan, params string[] watched)
{
    private const int MaxModelLength = 256;
    private const int MaxUserLength = 512;
    private const int MaxNameLength = 32;

    private readonly ChatContentScanner _content = new(scan);
    private readonly HashSet<string> _seen = [];
    private GatewayRefusal? _refusal;

    /// <summary>Taken where the caller names no model; null: he must.</summary>
    protected virtual string? DefaultModel => null;

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
                scan.HasMembers = true;
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

        if (scan.Model.Length == 0 && DefaultModel is { } model) scan.Model = model;
        if (scan.Model.Length == 0) Refuse("model", "You must provide a 'model'.");
        if (_refusal is null) Finish();
        return _refusal;
    }

    /// <summary>Reads the value that the reader stands on; afterwards the reader stands on its end.</summary>
    protected abstract void ReadValue(string name, ref Utf8JsonReader reader);

    /// <summary>What can only be told when all has been read.</summary>
    protected abstract void Finish();

    /// <summary>Text, arrays of text, tokens as numbers, objects: whatever may become input.</summary>
    protected void Tally(ref Utf8JsonReader reader) => _content.ReadOther(ref reader);

    protected void TallyMessages(ref Utf8JsonReader reader) => _content.ReadMessages(ref reader);

    protected void TallyTools(ref Utf8JsonReader reader) => _content.ReadTools(ref reader);

    protected bool ReadBoolean(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null)) Refuse(name, $"'{name}' must be true or false.");
        var value = reader.TokenType == JsonTokenType.True;
        reader.Skip();
        return value;
    }

    protected long? ReadCount(ref Utf8JsonReader reader, string name, long limit)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var count) && count >= 1 && count <= limit) return count;
        Refuse(name, limit == long.MaxValue ? $"'{name}' must be a positive integer." : $"'{name}' must be an integer from 1 to {limit}.");
        return null;
    }

    protected static string? ReadWord(ref Utf8JsonReader reader)
    {
        var word = JsonText.ReadUpTo(ref reader, MaxModelLength);
        reader.Skip();
        return word;
    }

    protected void Refuse(string param, string message) =>
        _refusal ??= GatewayFailures.Refuse(GatewayFailure.BodyInvalid, message) with { Param = param };

    private void ReadMember(ref Utf8JsonReader reader)
    {
        var name = Name(ref reader);
        if (name is not null && Meant(name) is { } meant)
        {
            Refuse(meant, $"Unknown spelling of '{meant}': some providers would read it as that member, others would not.");
            return;
        }

        if (name is not null && IsWatched(name) && !_seen.Add(name))
        {
            Refuse(name, $"'{name}' is given twice.");
            return;
        }

        reader.Read();
        switch (name)
        {
            case null: Tally(ref reader); break;
            case "model": ReadModel(ref reader); break;
            case "user" or "safety_identifier": scan.User ??= JsonText.ReadUpTo(ref reader, MaxUserLength); reader.Skip(); break;
            case "models" or "fallbacks" when reader.TokenType != JsonTokenType.Null:
                Refuse(name, "'models' and 'fallbacks' are not accepted: the portal's routes choose other models.");
                break;
            default: ReadValue(name, ref reader); break;
        }
    }

    private string? Meant(string name)
    {
        foreach (var known in watched)
        {
            if (ChatMembers.IsMisspelt(name, known)) return known;
        }

        return ChatMembers.IsMisspelt(name, "model") ? "model" : null;
    }

    private bool IsWatched(string name) => name == "model" || Array.IndexOf(watched, name) >= 0;

    private static string? Name(ref Utf8JsonReader reader)
    {
        var rawLength = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
        return rawLength > MaxNameLength * 6 ? null : reader.GetString();
    }

    private void ReadModel(ref Utf8JsonReader reader)
    {
        var start = reader.TokenStartIndex;
        var model = JsonText.ReadUpTo(ref reader, MaxModelLength);
        if (model is null && reader.TokenType == JsonTokenType.Null && DefaultModel is { } standard) model = standard;
        if (string.IsNullOrWhiteSpace(model) || model.AsSpan().IndexOfAnyInRange('\0', '\u001f') >= 0)
            Refuse("model", $"'model' must be a non-empty string of at most {MaxModelLength} characters.");
        else (scan.Model, scan.ModelRange) = (model, new ByteRange(start, reader.BytesConsumed - start));
    }

    private static GatewayRefusal NotJson(string reason) => GatewayFailures.Refuse(GatewayFailure.BodyNotJson, reason);
}
