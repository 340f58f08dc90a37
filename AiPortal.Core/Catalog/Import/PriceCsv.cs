using System.Globalization;
using System.Text;
using AiPortal.Core.Catalog.Terms;
using AiPortal.Core.Data;

namespace AiPortal.Core.Catalog.Import;

/// <summary>Prices as CSV: comma, double quotes, the first line the API's member names in any order. An empty cell is an absent member.</summary>
internal static class PriceCsv
{
    private const string Rows = "rows";

    private static readonly string[] Known =
    [
        "name", "provider", "model_type", "cost_type", "billing_unit", "unit_size", "input_price", "output_price", "base_price", "cached_input_price",
        "cache_write_price", "cache_write_1h_price", "reasoning_price", "search_price", "currency", "context_window", "max_output", "free",
        "effective_from", "effective_to", "source",
    ];

    public static Outcome<IReadOnlyList<PriceDraft>> Read(string text)
    {
        if (Lines(text) is not { } lines) return Refusal.Field(Rows, "A quoted cell does not end.");
        if (lines.Count == 0) return Refusal.Field(Rows, "The file is empty.");
        if (lines.Count > PriceFile.MaxRows + 1) return Refusal.Field(Rows, $"At most {PriceFile.MaxRows} rows.");
        var header = lines[0].ConvertAll(name => name.Trim());
        if (header.Except(Known).FirstOrDefault() is { } unknown) return Refusal.Field(Rows, $"The column '{unknown}' is not known; known are {string.Join(", ", Known)}.");
        if (header.Distinct().Count() != header.Count) return Refusal.Field(Rows, "A column is named twice.");
        var faults = new FieldFaults();
        var drafts = new List<PriceDraft>();
        foreach (var (index, cells) in lines.Skip(1).Index())
        {
            if (cells.Count != header.Count) faults.Add($"{Rows}[{index}]", $"Has {cells.Count} cells where the header has {header.Count}.");
            else drafts.Add(Draft(header, cells, $"{Rows}[{index}]", faults));
        }

        return faults.Any ? faults.ToRefusal() : drafts;
    }

    private static PriceDraft Draft(List<string> header, List<string> cells, string field, FieldFaults faults)
    {
        var search = Number("search_price");
        var write1h = Number("cache_write_1h_price");
        return new PriceDraft
        {
            Name = Cell("name") ?? "",
            Provider = Cell("provider") ?? "",
            ModelType = Cell("model_type") ?? "chat",
            CostType = Cell("cost_type") ?? "ai_api",
            BillingUnit = Cell("billing_unit") ?? BillingUnits.Token,
            UnitSize = Whole("unit_size"),
            InputPrice = Number("input_price") ?? 0,
            OutputPrice = Number("output_price") ?? 0,
            BasePrice = Number("base_price") ?? 0,
            CachedInputPrice = Number("cached_input_price"),
            CacheWritePrice = Number("cache_write_price"),
            ReasoningPrice = Number("reasoning_price"),
            Currency = Cell("currency") ?? Price.LedgerCurrency,
            ContextWindow = Whole("context_window"),
            MaxOutput = (int?)Math.Min(Whole("max_output") ?? -1, int.MaxValue) is { } most and >= 0 ? most : null,
            Free = Cell("free") is "true" or "1" or "yes",
            EffectiveFrom = Instant("effective_from"),
            EffectiveTo = Instant("effective_to"),
            Source = Cell("source"),
            Details = search is null && write1h is null ? null : new PriceDetails { SearchPrice = search, CacheWrite1hPrice = write1h },
        };

        string? Cell(string name) => header.IndexOf(name) is var at and >= 0 && cells[at].Trim() is { Length: > 0 } cell ? cell : null;

        decimal? Number(string name)
        {
            if (Cell(name) is not { } cell) return null;
            if (decimal.TryParse(cell, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return number;
            faults.Add($"{field}.{name}", "Must be a number with a decimal point and no grouping.");
            return null;
        }

        long? Whole(string name)
        {
            if (Cell(name) is not { } cell) return null;
            if (long.TryParse(cell, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1) return number;
            faults.Add($"{field}.{name}", "Must be a whole number of at least 1.");
            return null;
        }

        DateTimeOffset? Instant(string name)
        {
            if (Cell(name) is not { } cell) return null;
            if (DateTimeOffset.TryParse(cell, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)) return instant;
            faults.Add($"{field}.{name}", "Must be an instant.");
            return null;
        }
    }

    /// <summary>The cells of each line that has any; null where a quoted cell does not end.</summary>
    private static List<List<string>>? Lines(string text)
    {
        var lines = new List<List<string>>();
        var line = new List<string>();
        var cell = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (quoted)
            {
                if (letter != '"') cell.Append(letter);
                else if (i + 1 < text.Length && text[i + 1] == '"') cell.Append(text[i++]);
                else quoted = false;
            }
            else if (letter == '"') quoted = true;
            else if (letter == ',') EndCell();
            else if (letter == '\n') EndLine();
            else if (letter != '\r') cell.Append(letter);
        }

        EndLine();
        return quoted ? null : lines;

        void EndCell()
        {
            line.Add(cell.ToString());
            cell.Clear();
        }

        void EndLine()
        {
            EndCell();
            if (line.Count > 1 || line[0].Trim().Length > 0) lines.Add(line);
            line = [];
        }
    }
}
