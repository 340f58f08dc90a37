using System.Globalization;
using AiPortal.Core.Data;
using AiPortal.Core.Money;

namespace AiPortal.Core.Keys.Import;

/// <summary>
/// Keys as CSV: comma or semicolon, double quotes, the first line the column names in any order. An empty cell is left out; models
/// and tags (<c>name=value</c>) are apart by a bar or a blank.
/// </summary>
public static class KeyCsv
{
    public static IReadOnlyList<string> Columns { get; } =
        ["name", "owner", "team", "project", "cost_center", "environment", "models", "budget", "period", "hold", "action", "rpm", "tpm", "concurrency", "expires_at", "tags", "key"];

    public static Outcome<IReadOnlyList<KeyImportRow>> Read(string text)
    {
        var table = CsvTable.Read(text, Columns, "name", ImportKeys.MaxRows);
        return table.Refusal is { } refusal ? refusal : table.Value.Select(Row).ToList();
    }

    private static KeyImportRow Row(CsvRow cells)
    {
        var unread = new Dictionary<string, string>();
        if (cells.Fault is { } fault) unread["row"] = fault;
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

        string? Cell(string name) => cells.Cell(name);

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
}
