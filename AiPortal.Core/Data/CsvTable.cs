using System.Text;

namespace AiPortal.Core.Data;

/// <summary>A line of a table: its cells by column, trimmed; an empty one is none.</summary>
public sealed class CsvRow(IReadOnlyList<string> header, IReadOnlyList<string> cells)
{
    /// <summary>Null where the line has as many cells as the header.</summary>
    public string? Fault => cells.Count == header.Count ? null : $"Has {cells.Count} cells where the header has {header.Count}.";

    /// <summary>Whether the file has the column at all.</summary>
    public bool Has(string column) => header.Contains(column);

    public string? Cell(string column)
    {
        for (var at = 0; at < header.Count && at < cells.Count; at++)
            if (header[at] == column) return cells[at].Trim() is { Length: > 0 } text ? text : null;
        return null;
    }
}

/// <summary>A file of comma or semicolon separated values, cells in double quotes where they need it, the first line the column names in any order.</summary>
public static class CsvTable
{
    private const string Member = "rows";

    /// <param name="text">The file; a byte order mark is passed over.</param>
    /// <param name="columns">The names that are known; another is refused, so that a misspelt one is not silently left out.</param>
    /// <param name="required">The column that must be there.</param>
    /// <param name="most">Lines below the header.</param>
    public static Outcome<IReadOnlyList<CsvRow>> Read(string text, IReadOnlyList<string> columns, string required, int most)
    {
        if (Lines(text.TrimStart('\uFEFF')) is not { } lines) return Refusal.Field(Member, "A quoted cell does not end.");
        if (lines.Count < 2) return Refusal.Field(Member, "The file has no rows.");
        if (lines.Count > most + 1) return Refusal.Field(Member, $"At most {most} rows.");
        var header = lines[0].ConvertAll(name => name.Trim().ToLowerInvariant());
        if (header.Except(columns).FirstOrDefault() is { } unknown) return Refusal.Field(Member, $"The column '{unknown}' is not known; known are {string.Join(", ", columns)}.");
        if (header.Distinct().Count() != header.Count) return Refusal.Field(Member, "A column is named twice.");
        if (!header.Contains(required)) return Refusal.Field(Member, $"The column '{required}' is missing.");
        return lines.Skip(1).Select(cells => new CsvRow(header, cells)).ToList();
    }

    /// <summary>Null where a quote does not end. Empty lines are left out.</summary>
    private static List<List<string>>? Lines(string text)
    {
        var separator = text.Split('\n', 2)[0] is var first && first.Contains(';', StringComparison.Ordinal) && !first.Contains(',', StringComparison.Ordinal) ? ';' : ',';
        var (lines, cells, cell, quoted) = (new List<List<string>>(), new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted)
            {
                if (c != '"') cell.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"') cell.Append(text[++i]);
                else quoted = false;
            }
            else if (c == '"' && cell.Length == 0) quoted = true;
            else if (c == separator) EndCell();
            else if (c == '\n') EndLine();
            else if (c != '\r') cell.Append(c);
        }

        if (quoted) return null;
        EndLine();
        return lines;

        void EndCell()
        {
            cells.Add(cell.ToString());
            cell.Clear();
        }

        void EndLine()
        {
            EndCell();
            if (cells.Count > 1 || cells[0].Length > 0) lines.Add(cells);
            cells = [];
        }
    }
}
