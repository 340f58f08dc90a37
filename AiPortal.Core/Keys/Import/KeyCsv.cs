using System.Globalization;
using System.Text;
using AiPortal.Core.Data;
using AiPortal.Core.Money;

namespace AiPortal.Core.Keys.Import;

/// <summary>
/// Keys as CSV: comma or semicolon, double quotes, the first line the column names in any order. An empty cell is left out; models
/// and tags (<c>name=value</c>) are apart by a bar or a blank.
/// </summary>
public static class KeyCsv
{
    private const string Rows = "rows";

    public static IReadOnlyList<string> Columns { get; } =
        ["name", "owner", "team", "project", "cost_center", "environment", "models", "budget", "period", "hold", "action", "rpm", "tpm", "concurrency", "expires_at", "tags", "key"];

    public static Outcome<IReadOnlyList<KeyImportRow>> Read(string text)
    {
        var clean = text.TrimStart('\uFEFF');
        if (Lines(clean) is not { } lines) return Refusal.Field(Rows, "A quoted cell does not end.");
        if (lines.Count < 2) return Refusal.Field(Rows, "The file has no rows.");
        if (lines.Count > ImportKeys.MaxRows + 1) return Refusal.Field(Rows, $"At most {ImportKeys.MaxRows} rows.");
        var header = lines[0].ConvertAll(name => name.Trim().ToLowerInvariant());
        if (header.Except(Columns).FirstOrDefault() is { } unknown) return Refusal.Field(Rows, $"The column '{unknown}' is not known; known are {string.Join(", ", Columns)}.");
        if (header.Distinct().Count() != header.Count) return Refusal.Field(Rows, "A column is named twice.");
        if (!header.Contains("name")) return Refusal.Field(Rows, "The column 'name' is missing.");
        return lines.Skip(1).Select(cells => Row(header, cells)).ToList();
    }

    private static KeyImportRow Row(List<string> header, List<string> cells)
    {
        var unread = new Dictionary<string, string>();
        if (cells.Count != header.Count) unread["row"] = $"Has {cells.Count} cells where the header has {header.Count}.";
        var row = new KeyImportRow
        {
            Name = Cell("name") ?? "",
            Owner = Cell("owner"),
            Team = Cell("team"),
            Project = Cell("project"),
            CostCenter = Cell("cost_center"),
            Environment = Cell("environment"),
            Models = List("models"),
            Rpm = Whole("rpm"),
            Tpm = Whole("tpm"),
            Concurrency = Whole("concurrency"),
            Budget = Budget(),
            ExpiresAt = Instant(),
            Tags = Tags(),
            Secret = Cell("key"),
        };
        return row with { Unread = unread };

        string? Cell(string name) => header.IndexOf(name) is >= 0 and var at && at < cells.Count && cells[at].Trim() is { Length: > 0 } text ? text : null;

        string[]? List(string name) => Cell(name)?.Split(['|', ' '], StringSplitOptions.RemoveEmptyEntries);

        int? Whole(string name)
        {
            if (Cell(name) is not { } text) return null;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return value;
            unread[name] = "Must be a whole number.";
            return null;
        }

        KeyBudgetTerms? Budget()
        {
            if (Cell("budget") is not { } text) return null;
            if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var limit)) unread["budget"] = "Must be an amount, as 100 or 99.50.";
            if (!PeriodTypes.TryParse(Cell("period") ?? "monthly", out var period)) unread["period"] = "Must be hourly, daily, weekly, monthly, quarterly, yearly or total.";
            return new KeyBudgetTerms(limit, period, Cell("hold") ?? "learned", Cell("action") ?? "block");
        }

        DateTimeOffset? Instant()
        {
            if (Cell("expires_at") is not { } text) return null;
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)) return at;
            unread["expires_at"] = "Must be a day or an instant, as 2027-01-31.";
            return null;
        }

        Dictionary<string, string> Tags()
        {
            var tags = new Dictionary<string, string>();
            foreach (var pair in List("tags") ?? [])
            {
                var at = pair.IndexOf('=', StringComparison.Ordinal);
                if (at <= 0) unread["tags"] = "Must be name=value, apart by a bar.";
                else tags[pair[..at]] = pair[(at + 1)..];
            }

            return tags;
        }
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
