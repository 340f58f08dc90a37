namespace AiPortal.Core.Keys.Import;

/// <summary>A key as a file says it: what it belongs to by name or id, its owner by mail address.</summary>
public sealed record KeyImportRow
{
    public string Name { get; init; } = "";

    public string? Owner { get; init; }

    public string? Team { get; init; }

    public string? Project { get; init; }

    public string? CostCenter { get; init; }

    public string? Environment { get; init; }

    public IReadOnlyList<string>? Models { get; init; }

    public int? Rpm { get; init; }

    public int? Tpm { get; init; }

    public int? Concurrency { get; init; }

    public KeyBudgetTerms? Budget { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>A secret of another portal that applications have already; null makes one.</summary>
    public string? Secret { get; init; }

    /// <summary>What could not be read, by field.</summary>
    public IReadOnlyDictionary<string, string> Unread { get; init; } = new Dictionary<string, string>();

    /// <summary>Kept out of logs.</summary>
    public override string ToString() => $"{nameof(KeyImportRow)} {Name}";
}

/// <summary>What became of a row: <c>Issued</c> where it was, or in a dry run would be, made.</summary>
/// <param name="Line">Counts from 1.</param>
/// <param name="Name">As given.</param>
/// <param name="Errors">By field; empty where nothing is wrong.</param>
/// <param name="Issued">The secret in it is the caller's to show once; null in a dry run.</param>
public sealed record ImportedKey(int Line, string Name, IReadOnlyDictionary<string, string[]> Errors, IssuedKey? Issued);

/// <summary>All rows, in their order. <c>Applied</c> only where none was wrong and it was no dry run: all or nothing.</summary>
public sealed record KeysImported(bool Applied, IReadOnlyList<ImportedKey> Rows)
{
    public int Invalid => Rows.Count(row => row.Errors.Count > 0);
}
