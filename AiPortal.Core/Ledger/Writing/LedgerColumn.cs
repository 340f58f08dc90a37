namespace AiPortal.Core.Ledger.Writing;

/// <summary>A column as it is copied: its name and how a row's value gets there, without boxes.</summary>
internal sealed record LedgerColumn<T>(string Name, Action<CopyBuffer, T> Write)
{
    public static LedgerColumn<T> Uuid(string name, Func<T, Guid?> value) => new(name, (buffer, row) =>
    {
        if (value(row) is { } id) buffer.Value(id);
        else buffer.Null();
    });

    public static LedgerColumn<T> Instant(string name, Func<T, DateTimeOffset?> value) => new(name, (buffer, row) =>
    {
        if (value(row) is { } at) buffer.Value(at);
        else buffer.Null();
    });

    public static LedgerColumn<T> Integer(string name, Func<T, int?> value) => new(name, (buffer, row) =>
    {
        if (value(row) is { } number) buffer.Value(number);
        else buffer.Null();
    });

    public static LedgerColumn<T> Bigint(string name, Func<T, long> value) => new(name, (buffer, row) => buffer.Value(value(row)));

    public static LedgerColumn<T> Boolean(string name, Func<T, bool> value) => new(name, (buffer, row) => buffer.Value(value(row)));

    public static LedgerColumn<T> Numeric(string name, Func<T, decimal> value) => new(name, (buffer, row) => buffer.Value(value(row)));

    public static LedgerColumn<T> Text(string name, Func<T, string?> value) => new(name, (buffer, row) =>
    {
        if (LedgerText.Clean(value(row)) is { } text) buffer.Value(text);
        else buffer.Null();
    });

    public static LedgerColumn<T> Jsonb(string name, Func<T, string?> value) => new(name, (buffer, row) =>
    {
        if (value(row) is { } json) buffer.Json(json);
        else buffer.Null();
    });
}
