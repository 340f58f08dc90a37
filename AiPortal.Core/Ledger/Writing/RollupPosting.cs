using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;

namespace AiPortal.Core.Ledger.Writing;

/// <summary>Adds entries to the sums of their quarter of an hour; summed here first, so that the database gets few rows.</summary>
internal static class RollupPosting
{
    private static readonly long Quarter = TimeSpan.FromMinutes(15).Ticks;

    public static async Task AddAsync(NpgsqlConnection connection, IReadOnlyList<LedgerEntry> entries, CancellationToken token)
    {
        if (entries.Count == 0) return;
        var sums = new Dictionary<RollupKey, Sums>();
        foreach (var entry in entries)
        {
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, RollupKey.Of(entry), out _);
            sum.Add(entry);
        }

        await using var command = LedgerBook.Command(connection, LedgerSql.AddRollups);
        Keys(command.Parameters, [.. sums.Keys]);
        Values(command.Parameters, [.. sums.Values]);
        await command.ExecuteNonQueryAsync(token);
    }

    // In the order of LedgerSql.RollupKey.
    private static void Keys(NpgsqlParameterCollection parameters, RollupKey[] keys)
    {
        Add(parameters, NpgsqlDbType.Uuid, keys, key => key.OrganizationId);
        Add(parameters, NpgsqlDbType.TimestampTz, keys, key => key.BucketAt);
        Add(parameters, NpgsqlDbType.Uuid, keys, key => key.KeyId);
        Add(parameters, NpgsqlDbType.Uuid, keys, key => key.UserId);
        Add(parameters, NpgsqlDbType.Uuid, keys, key => key.TeamId);
        Add(parameters, NpgsqlDbType.Uuid, keys, key => key.ProjectId);
        Add(parameters, NpgsqlDbType.Uuid, keys, key => key.CostCenterId);
        Add(parameters, NpgsqlDbType.Uuid, keys, key => key.DepartmentId);
        Add(parameters, NpgsqlDbType.Uuid, keys, key => key.EnvironmentId);
        Add(parameters, NpgsqlDbType.Uuid, keys, key => key.ProviderId);
        Add(parameters, NpgsqlDbType.Text, keys, key => LedgerText.Clean(key.ProviderName));
        Add(parameters, NpgsqlDbType.Text, keys, key => LedgerText.Clean(key.ModelName));
        Add(parameters, NpgsqlDbType.Text, keys, key => LedgerText.Clean(key.RequestType));
        Add(parameters, NpgsqlDbType.Text, keys, key => LedgerText.Clean(key.CostType));
    }

    // In the order of LedgerSql.RollupSums.
    private static void Values(NpgsqlParameterCollection parameters, Sums[] sums)
    {
        Add(parameters, NpgsqlDbType.Bigint, sums, sum => sum.Requests);
        Add(parameters, NpgsqlDbType.Bigint, sums, sum => sum.Entries);
        Add(parameters, NpgsqlDbType.Bigint, sums, sum => sum.Failed);
        Add(parameters, NpgsqlDbType.Bigint, sums, sum => sum.InputUnits);
        Add(parameters, NpgsqlDbType.Bigint, sums, sum => sum.CachedInputUnits);
        Add(parameters, NpgsqlDbType.Bigint, sums, sum => sum.CacheWriteUnits);
        Add(parameters, NpgsqlDbType.Bigint, sums, sum => sum.OutputUnits);
        Add(parameters, NpgsqlDbType.Bigint, sums, sum => sum.ReasoningUnits);
        Add(parameters, NpgsqlDbType.Numeric, sums, sum => sum.TotalCost);
        Add(parameters, NpgsqlDbType.Numeric, sums, sum => sum.UnresolvedCost);
        Add(parameters, NpgsqlDbType.Bigint, sums, sum => sum.LatencyMs);
    }

    private static void Add<TRow, T>(NpgsqlParameterCollection parameters, NpgsqlDbType type, TRow[] rows, Converter<TRow, T> value) =>
        parameters.Add(new NpgsqlParameter { Value = Array.ConvertAll(rows, value), NpgsqlDbType = NpgsqlDbType.Array | type });

    private readonly record struct RollupKey(
        Guid OrganizationId, DateTimeOffset BucketAt, Guid? KeyId, Guid? UserId, Guid? TeamId, Guid? ProjectId, Guid? CostCenterId, Guid? DepartmentId, Guid? EnvironmentId,
        Guid? ProviderId, string ProviderName, string ModelName, string RequestType, string CostType)
    {
        public static RollupKey Of(LedgerEntry entry) => new(
            entry.OrganizationId, new DateTimeOffset(entry.StartedAt.UtcTicks / Quarter * Quarter, TimeSpan.Zero), entry.KeyId, entry.UserId, entry.TeamId, entry.ProjectId, entry.CostCenterId,
            entry.DepartmentId, entry.EnvironmentId, entry.ProviderId, entry.ProviderName, entry.ModelName, entry.RequestType, entry.CostType);

        // These tell most apart; all are compared.
        public override int GetHashCode() => HashCode.Combine(BucketAt, KeyId, ProviderId, ModelName);
    }

    private struct Sums
    {
        public long Requests;
        public long Entries;
        public long Failed;
        public long InputUnits;
        public long CachedInputUnits;
        public long CacheWriteUnits;
        public long OutputUnits;
        public long ReasoningUnits;
        public decimal TotalCost;
        public decimal UnresolvedCost;
        public long LatencyMs;

        public void Add(LedgerEntry entry)
        {
            var isCall = entry is { Kind: EntryKind.Usage, Final: true };
            Requests += isCall ? 1 : 0;
            Entries++;
            Failed += entry.Status == EntryStatus.Failed ? 1 : 0;
            InputUnits += entry.InputUnits;
            CachedInputUnits += entry.CachedInputUnits;
            CacheWriteUnits += entry.CacheWriteUnits;
            OutputUnits += entry.OutputUnits;
            ReasoningUnits += entry.ReasoningUnits;
            TotalCost += entry.TotalCost;
            UnresolvedCost += entry.UnresolvedCost;
            LatencyMs += isCall ? entry.LatencyMs ?? 0 : 0;
        }
    }
}
