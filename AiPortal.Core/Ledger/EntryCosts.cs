using System.Globalization;
using System.Text.Json;
using AiPortal.Core.Catalog;
using Npgsql;

namespace AiPortal.Core.Ledger;

/// <summary>Recomputes what entries cost, from their units and the version of the price that they name.</summary>
internal static class EntryCosts
{
    private const string Versions = "SELECT price_id, version, organization_id, terms FROM price_versions";

    private const string Entries = """
        SELECT id, started_at, status, external_id IS NOT NULL, price_id, price_version, service_tier, usage_detail, cost_detail,
          input_units, cached_input_units, cache_write_units, output_units, reasoning_units,
          input_cost, cached_input_cost, cache_write_cost, output_cost, reasoning_cost, base_cost
        FROM ledger_entries WHERE kind = 'usage' AND price_id IS NOT NULL AND status <> 'unknown'
        """;

    private const string Unknown = "unknown price version";

    /// <summary>Adds a line for each entry whose cost is not what its price version says, up to a bound. Unpriced entries name no version and are not looked at.</summary>
    public static async Task CollectAsync(NpgsqlConnection connection, List<string> differences, int most, CancellationToken token)
    {
        var prices = await PricesAsync(connection, token);
        await using var command = LedgerBook.Command(connection, Entries);
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(token);
        while (differences.Count < most && await reader.ReadAsync(token))
        {
            var (entry, imported) = Read(reader);
            if (Fault(entry, imported, prices) is { } fault) differences.Add($"entry {entry.Id}: {fault}");
        }
    }

    private static string? Fault(LedgerEntry entry, bool imported, Dictionary<(Guid, int), Price> prices)
    {
        if (!prices.TryGetValue((entry.PriceId!.Value, entry.PriceVersion ?? 0), out var price)) return Unknown;
        var booked = EntryKinds.CostOf(entry);
        var usage = EntryKinds.UsageOf(entry);
        Cost cost;
        try
        {
            cost = Recomputed(entry, imported, price, usage);
        }
        catch (Exception impossible) when (impossible is InvalidOperationException or ArgumentOutOfRangeException)
        {
            return impossible.Message;
        }

        return cost == booked ? null : string.Create(CultureInfo.InvariantCulture,
            $"{booked.Total:0.############} is booked, {cost.Total:0.############} follows from its units and version {price.Version} of price {price.Id}");
    }

    private static Cost Recomputed(LedgerEntry entry, bool imported, Price price, in Usage usage)
    {
        if (entry.CostDetail?.Notes?.DiscountPercent is { } discount) price = price with { DiscountPercent = discount };
        if (imported && !price.PricesCalls) return price.CostOfUnits(entry.InputUnits, entry.OutputUnits);
        return SettledCost.IsFree(entry.Status, usage) ? default : price.CostOf(usage, EntryKinds.FactsOf(entry));
    }

    private static async Task<Dictionary<(Guid, int), Price>> PricesAsync(NpgsqlConnection connection, CancellationToken token)
    {
        var prices = new Dictionary<(Guid, int), Price>();
        await using var command = LedgerBook.Command(connection, Versions);
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
        {
            var version = new PriceVersion
            {
                PriceId = reader.GetGuid(0),
                Version = reader.GetInt32(1),
                OrganizationId = reader.IsDBNull(2) ? null : reader.GetGuid(2),
                Terms = reader.GetString(3),
            };
            prices[(version.PriceId, version.Version)] = PriceTerms.Parse(version.Terms).ToPrice(version);
        }

        return prices;
    }

    private static (LedgerEntry Entry, bool Imported) Read(NpgsqlDataReader reader)
    {
        var entry = new LedgerEntry
        {
            Id = reader.GetGuid(0),
            StartedAt = reader.GetFieldValue<DateTimeOffset>(1),
            Status = Data.EnumWord.TryParse<EntryStatus>(reader.GetString(2), out var status) ? status : EntryStatus.Ok,
            PriceId = reader.GetGuid(4),
            PriceVersion = reader.IsDBNull(5) ? null : reader.GetInt32(5),
            ServiceTier = reader.IsDBNull(6) ? null : reader.GetString(6),
            UsageDetail = reader.IsDBNull(7) ? null : JsonSerializer.Deserialize(reader.GetString(7), EntryDetailJson.Default.UsageDetail),
            CostDetail = reader.IsDBNull(8) ? null : JsonSerializer.Deserialize(reader.GetString(8), EntryDetailJson.Default.CostDetail),
            InputUnits = reader.GetInt64(9),
            CachedInputUnits = reader.GetInt64(10),
            CacheWriteUnits = reader.GetInt64(11),
            OutputUnits = reader.GetInt64(12),
            ReasoningUnits = reader.GetInt64(13),
            InputCost = reader.GetDecimal(14),
            CachedInputCost = reader.GetDecimal(15),
            CacheWriteCost = reader.GetDecimal(16),
            OutputCost = reader.GetDecimal(17),
            ReasoningCost = reader.GetDecimal(18),
            BaseCost = reader.GetDecimal(19),
            ProviderName = "",
            ModelName = "",
            RequestType = "",
            CostType = "",
        };
        return (entry, reader.GetBoolean(3));
    }
}
