using System.Globalization;
using AiPortal.Core.Data;

namespace AiPortal.Api;

/// <summary>A request's query string, read strictly: a filter that cannot be understood is refused, never ignored. Ask <see cref="Refusal"/> last.</summary>
internal sealed class ApiQuery(HttpContext http)
{
    private readonly FieldFaults _faults = new();

    /// <summary>Rows of a page: <c>limit</c>, 1 to 500, 50 when absent.</summary>
    public int Limit()
    {
        if (Value("limit") is not { } text) return Cursor.DefaultLimit;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= Cursor.MaxLimit) return limit;
        Fault("limit", $"Must be from 1 to {Cursor.MaxLimit}.");
        return Cursor.DefaultLimit;
    }

    /// <summary>Where the last page ended, in a list ordered by instant.</summary>
    public (DateTimeOffset At, Guid Id)? CursorByInstant()
    {
        if (Value("cursor") is not { } text) return null;
        if (Cursor.TryRead(text, out var at, out var id)) return (at, id);
        Fault("cursor", "This is not a cursor of this list.");
        return null;
    }

    /// <summary>Where the last page ended, in a list ordered by a name.</summary>
    public (string Text, Guid Id)? CursorByText()
    {
        if (Value("cursor") is not { } text) return null;
        if (Cursor.TryRead(text, 2, out var keys) && Guid.TryParseExact(keys[1], "D", out var id)) return (keys[0], id);
        Fault("cursor", "This is not a cursor of this list.");
        return null;
    }

    /// <summary>Where the last page ended, in a list ordered by id.</summary>
    public Guid? CursorById()
    {
        if (Value("cursor") is not { } text) return null;
        if (Cursor.TryRead(text, 1, out var keys) && Guid.TryParseExact(keys[0], "D", out var id)) return id;
        Fault("cursor", "This is not a cursor of this list.");
        return null;
    }

    public string? Text(string name, int maxLength = 256)
    {
        if (Value(name) is not { } text) return null;
        if (text.Length > maxLength) Fault(name, $"At most {maxLength} characters.");
        else if (text.Contains('\0', StringComparison.Ordinal)) Fault(name, "Must not contain NUL characters.");
        else return text;
        return null;
    }

    public Guid? Id(string name)
    {
        if (Value(name) is not { } text) return null;
        if (Guid.TryParseExact(text, "D", out var id)) return id;
        Fault(name, "Must be an id.");
        return null;
    }

    /// <summary>UTC.</summary>
    public DateTimeOffset? Instant(string name)
    {
        // An unescaped + in a query arrives as a blank.
        if (Value(name) is not { } text) return null;
        if (Rfc3339.TryParse(text.Replace(' ', '+'), out var instant)) return instant;
        Fault(name, "Must be an RFC 3339 instant, as 2026-10-01T00:00:00Z.");
        return null;
    }

    public bool? Flag(string name)
    {
        switch (Value(name))
        {
            case null: return null;
            case "true": return true;
            case "false": return false;
            default:
                Fault(name, "Must be true or false.");
                return null;
        }
    }

    public T? Word<T>(string name) where T : struct, Enum
    {
        if (Value(name) is not { } text) return null;
        if (EnumWord.TryParse<T>(text, out var value)) return value;
        Fault(name, $"Must be one of {string.Join(", ", Enum.GetValues<T>().Select(EnumWord.Of))}.");
        return null;
    }

    public void Fault(string name, string fault) => _faults.Add(name, fault);

    /// <summary>Null where every parameter asked for was well formed.</summary>
    public Refusal? Refusal() => _faults.Any ? _faults.ToRefusal() : null;

    /// <summary>Null where absent or empty; the last of several.</summary>
    private string? Value(string name) => http.Request.Query[name] is { Count: > 0 } values && values[^1] is { Length: > 0 } text ? text : null;
}
