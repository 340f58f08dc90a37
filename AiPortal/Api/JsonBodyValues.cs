using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using AiPortal.Core.Data;

namespace AiPortal.Api;

/// <content>The typed getters. One ending in <c>OrNull</c> takes null as a value; the others refuse it.</content>
internal sealed partial class JsonBody
{
    /// <summary>A text that must be there: not null, not blank.</summary>
    public string Text(string name, string? absent = null, int maxLength = 200)
    {
        if (!Present(name, out var element))
        {
            if (absent is null) Fault(name, "This member is required.");
            return absent ?? "";
        }

        var text = ReadText(name, element, maxLength);
        if (text is not null && string.IsNullOrWhiteSpace(text)) Fault(name, "Must not be empty.");
        return text ?? absent ?? "";
    }

    public string? TextOrNull(string name, string? absent = null, int maxLength = 200) =>
        PresentValue(name, out var element, out var isNull) ? ReadText(name, element, maxLength) ?? absent : isNull ? null : absent;

    public bool Flag(string name, bool absent) => Present(name, out var element) ? ReadFlag(name, element) ?? absent : absent;

    public bool? FlagOrNull(string name, bool? absent = null) =>
        PresentValue(name, out var element, out var isNull) ? ReadFlag(name, element) ?? absent : isNull ? null : absent;

    public int Int(string name, int absent, int min = 0, int max = int.MaxValue) =>
        Present(name, out var element) ? (int?)ReadLong(name, element, min, max) ?? absent : absent;

    public int? IntOrNull(string name, int? absent = null, int min = 0, int max = int.MaxValue) =>
        PresentValue(name, out var element, out var isNull) ? (int?)ReadLong(name, element, min, max) ?? absent : isNull ? null : absent;

    public long Long(string name, long absent, long min = 0, long max = long.MaxValue) =>
        Present(name, out var element) ? ReadLong(name, element, min, max) ?? absent : absent;

    public long? LongOrNull(string name, long? absent = null, long min = 0, long max = long.MaxValue) =>
        PresentValue(name, out var element, out var isNull) ? ReadLong(name, element, min, max) ?? absent : isNull ? null : absent;

    /// <summary>An exact number of at most twelve decimals, below <paramref name="limit"/>; without <paramref name="absent"/> it is required.</summary>
    public decimal Amount(string name, decimal? absent = null, decimal limit = ExactDecimal.Limit)
    {
        if (Present(name, out var element)) return ReadAmount(name, element, limit) ?? absent ?? 0;
        if (absent is null) Fault(name, "This member is required.");
        return absent ?? 0;
    }

    public decimal? AmountOrNull(string name, decimal? absent = null, decimal limit = ExactDecimal.Limit) =>
        PresentValue(name, out var element, out var isNull) ? ReadAmount(name, element, limit) ?? absent : isNull ? null : absent;

    /// <summary>An id that must be there.</summary>
    public Guid Id(string name, Guid? absent = null)
    {
        if (Present(name, out var element)) return ReadId(name, element) ?? absent ?? Guid.Empty;
        if (absent is null) Fault(name, "This member is required.");
        return absent ?? Guid.Empty;
    }

    public Guid? IdOrNull(string name, Guid? absent = null) =>
        PresentValue(name, out var element, out var isNull) ? ReadId(name, element) ?? absent : isNull ? null : absent;

    /// <summary>UTC.</summary>
    public DateTimeOffset? InstantOrNull(string name, DateTimeOffset? absent = null) =>
        PresentValue(name, out var element, out var isNull) ? ReadInstant(name, element) ?? absent : isNull ? null : absent;

    /// <summary>The snake_case word of an enum.</summary>
    public T Word<T>(string name, T? absent = null) where T : struct, Enum
    {
        if (Present(name, out var element)) return ReadWord<T>(name, element) ?? absent ?? default;
        if (absent is null) Fault(name, $"This member is required: one of {Words<T>()}.");
        return absent ?? default;
    }

    public T? WordOrNull<T>(string name, T? absent = null) where T : struct, Enum =>
        PresentValue(name, out var element, out var isNull) ? ReadWord<T>(name, element) ?? absent : isNull ? null : absent;

    /// <summary>Words of an enum; null is an empty list.</summary>
    public IReadOnlyList<T> WordList<T>(string name, IReadOnlyList<T> absent) where T : struct, Enum
    {
        if (!PresentValue(name, out var element, out var isNull)) return isNull ? [] : absent;
        if (!IsArray(name, element, maxCount: 100)) return absent;
        return [.. element.EnumerateArray().Select((item, i) => ReadWord<T>($"{name}[{i}]", item) ?? default)];
    }

    public string[]? TextsOrNull(string name, string[]? absent = null, int maxCount = 1000, int maxLength = 256)
    {
        if (!PresentValue(name, out var element, out var isNull)) return isNull ? null : absent;
        if (!IsArray(name, element, maxCount)) return absent;
        return [.. element.EnumerateArray().Select((item, i) => ReadText($"{name}[{i}]", item, maxLength) ?? "")];
    }

    /// <summary>An object of strings; null is an empty one.</summary>
    public Dictionary<string, string> Map(string name, IReadOnlyDictionary<string, string>? absent = null, int maxCount = 500, int maxLength = 256)
    {
        var unchanged = absent is null ? [] : new Dictionary<string, string>(absent);
        if (!PresentValue(name, out var element, out var isNull)) return isNull ? [] : unchanged;
        if (element.ValueKind != JsonValueKind.Object)
        {
            Fault(name, "Must be an object of strings.");
            return unchanged;
        }

        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            if (map.Count >= maxCount)
            {
                Fault(name, $"At most {maxCount} members.");
                return unchanged;
            }

            if (member.Name.Length is 0 || member.Name.Length > maxLength || member.Name.Contains('\0', StringComparison.Ordinal))
                Fault(name, $"A member's name must have 1 to {maxLength} characters.");
            map[member.Name] = ReadText($"{name}.{member.Name}", member.Value, maxLength) ?? "";
        }

        return map;
    }

    /// <summary>A nested object, whose faults carry dotted names; null where absent or null (tell them apart with <see cref="Has"/>).</summary>
    public JsonBody? Object(string name)
    {
        if (!PresentValue(name, out var element, out _)) return null;
        if (element.ValueKind == JsonValueKind.Object) return Part(element, $"{_path}{name}.");
        Fault(name, "Must be an object.");
        return null;
    }

    /// <summary>An object of a fixed shape, whose unknown members are faults; null where absent or null.</summary>
    public T? Shape<T>(string name, T? absent, JsonSerializerOptions shape)
        where T : class
    {
        if (!PresentValue(name, out var element, out var isNull)) return isNull ? null : absent;
        try
        {
            return element.Deserialize<T>(shape);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            var inside = (fault as JsonException)?.Path?.TrimStart('$') ?? "";
            Fault(name + inside, "This member is not known here, or is not of the form that belongs here.");
            return absent;
        }
    }

    /// <summary>Any object as the JSON that was sent; empty where absent or null.</summary>
    public ReadOnlyMemory<byte> Raw(string name)
    {
        if (!PresentValue(name, out var element, out _)) return default;
        if (element.ValueKind == JsonValueKind.Object) return System.Text.Encoding.UTF8.GetBytes(element.GetRawText());
        Fault(name, "Must be an object.");
        return default;
    }

    /// <summary>An array of objects; null where absent or null.</summary>
    public IReadOnlyList<JsonBody>? Objects(string name, int maxCount = 1000)
    {
        if (!PresentValue(name, out var element, out _) || !IsArray(name, element, maxCount)) return null;
        var parts = new List<JsonBody>();
        foreach (var (i, item) in element.EnumerateArray().Index())
        {
            if (item.ValueKind == JsonValueKind.Object) parts.Add(Part(item, $"{_path}{name}[{i}]."));
            else Fault($"{name}[{i}]", "Must be an object.");
        }

        return parts;
    }

    private JsonBody Part(JsonElement element, string path)
    {
        var part = new JsonBody(element, path, _faults);
        _parts.Add(part);
        return part;
    }

    /// <summary>False where absent; a null is a fault.</summary>
    private bool Present(string name, out JsonElement element)
    {
        if (PresentValue(name, out element, out var isNull)) return true;
        if (isNull) Fault(name, "Must not be null.");
        return false;
    }

    /// <summary>False where absent or null.</summary>
    private bool PresentValue(string name, out JsonElement element, out bool isNull)
    {
        _known.Add(name);
        isNull = false;
        if (!_members.TryGetValue(name, out element)) return false;
        isNull = element.ValueKind == JsonValueKind.Null;
        return !isNull;
    }

    private bool IsArray(string name, JsonElement element, int maxCount)
    {
        if (element.ValueKind != JsonValueKind.Array) Fault(name, "Must be an array.");
        else if (element.GetArrayLength() > maxCount) Fault(name, $"At most {maxCount} items.");
        else return true;
        return false;
    }

    private string? ReadText(string name, JsonElement element, int maxLength)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            Fault(name, "Must be a string.");
            return null;
        }

        if (!TryString(element, out var text)) Fault(name, "Holds text that is not Unicode.");
        else if (text.Contains('\0', StringComparison.Ordinal)) Fault(name, "Must not contain NUL characters.");
        else if (text.Length > maxLength) Fault(name, $"At most {maxLength} characters.");
        else return text;
        return null;
    }

    private static bool TryString(JsonElement element, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = element.GetString();
            return text is not null;
        }
        catch (InvalidOperationException)
        {
            text = null;
            return false;
        }
    }

    private bool? ReadFlag(string name, JsonElement element)
    {
        if (element.ValueKind is JsonValueKind.True or JsonValueKind.False) return element.GetBoolean();
        Fault(name, "Must be true or false.");
        return null;
    }

    private long? ReadLong(string name, JsonElement element, long min, long max)
    {
        if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out var value)) Fault(name, "Must be a whole number.");
        else if (value < min || value > max) Fault(name, max is int.MaxValue or long.MaxValue ? $"Must be at least {min}." : $"Must be from {min} to {max}.");
        else return value;
        return null;
    }

    private decimal? ReadAmount(string name, JsonElement element, decimal limit = ExactDecimal.Limit)
    {
        if (element.ValueKind != JsonValueKind.Number) Fault(name, "Must be a number.");
        else if (!ExactDecimal.TryRead(element.GetRawText(), out var value, out var fault, limit)) Fault(name, fault);
        else return value;
        return null;
    }

    private Guid? ReadId(string name, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String && TryString(element, out var text) && Guid.TryParseExact(text, "D", out var id)) return id;
        Fault(name, "Must be an id.");
        return null;
    }

    private DateTimeOffset? ReadInstant(string name, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String && TryString(element, out var text) && Rfc3339.TryParse(text, out var instant)) return instant;
        Fault(name, "Must be an RFC 3339 instant, as 2026-10-01T00:00:00Z.");
        return null;
    }

    private T? ReadWord<T>(string name, JsonElement element) where T : struct, Enum
    {
        if (element.ValueKind == JsonValueKind.String && TryString(element, out var text) && EnumWord.TryParse<T>(text, out var value)) return value;
        Fault(name, $"Must be one of {Words<T>()}.");
        return null;
    }

    private static string Words<T>() where T : struct, Enum => string.Join(", ", Enum.GetValues<T>().Select(EnumWord.Of));
}
