using System.Runtime.InteropServices;
using AiPortal.Core.Data;
using Npgsql;
using NpgsqlTypes;

namespace AiPortal.Core.Ledger.Days;

/// <summary>Adds entries to the days of their organization, in the transaction that adds the entries.</summary>
public sealed class UsageDayPosting : ILedgerFollower
{
    private const string AiCost = "ai_api";
    private static readonly string[] Words = [.. Enum.GetValues<UsageDimension>().Select(EnumWord.Of)];

    /// <inheritdoc/>
    public async Task<Action?> FollowAsync(NpgsqlConnection connection, LedgerAddition addition, CancellationToken token)
    {
        if (addition.Added.Count == 0) return null;
        var quarters = new Dictionary<(Guid Organization, long Quarter), int>();
        var cells = new Dictionary<Cell, Sums>();
        foreach (var entry in addition.Added)
        {
            var ticks = entry.StartedAt.UtcTicks;
            ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(quarters, (entry.OrganizationId, ticks - (ticks % (15 * TimeSpan.TicksPerMinute))), out var known);
            if (!known) place = quarters.Count;
            Count(cells, place, entry);
        }

        await using var command = LedgerBook.Command(connection, UsageDaySql.Add);
        AddQuarters(command.Parameters, quarters);
        AddCells(command.Parameters, cells);
        await command.ExecuteNonQueryAsync(token);
        return null;
    }

    private static void Count(Dictionary<Cell, Sums> cells, int quarter, LedgerEntry entry)
    {
        Add(UsageDimension.Organization, entry.OrganizationId, null);
        Add(UsageDimension.Department, entry.DepartmentId, null);
        Add(UsageDimension.Team, entry.TeamId, null);
        Add(UsageDimension.Project, entry.ProjectId, null);
        Add(UsageDimension.CostCenter, entry.CostCenterId, null);
        Add(UsageDimension.Environment, entry.EnvironmentId, null);
        Add(UsageDimension.User, entry.UserId, null);
        Add(UsageDimension.Key, entry.KeyId, null);
        Add(UsageDimension.Provider, entry.ProviderId, entry.ProviderId is null ? LedgerText.Clean(entry.ProviderName) : null);
        Add(UsageDimension.Model, null, LedgerText.Clean(entry.ModelName));
        Add(UsageDimension.RequestType, null, LedgerText.Clean(entry.RequestType));
        Add(UsageDimension.CostType, null, LedgerText.Clean(entry.CostType));

        void Add(UsageDimension dimension, Guid? id, string? name) =>
            CollectionsMarshal.GetValueRefOrAddDefault(cells, new Cell(quarter, dimension, id, name), out _).Add(entry);
    }

    private static void AddQuarters(NpgsqlParameterCollection parameters, Dictionary<(Guid Organization, long Quarter), int> quarters)
    {
        // Numbered in the order they were added, which is that of a dictionary nothing is taken from; said here all the same.
        var ordered = quarters.OrderBy(quarter => quarter.Value).Select(quarter => quarter.Key).ToList();
        Array(parameters, NpgsqlDbType.Uuid, ordered.ConvertAll(quarter => quarter.Organization));
        Array(parameters, NpgsqlDbType.TimestampTz, ordered.ConvertAll(quarter => new DateTimeOffset(quarter.Quarter, TimeSpan.Zero)));
    }

    private static void AddCells(NpgsqlParameterCollection parameters, Dictionary<Cell, Sums> cells)
    {
        var rows = new List<(Cell Cell, Sums Sums)>(cells.Count * 2);
        foreach (var (cell, sums) in cells)
        {
            rows.Add((cell, sums));
            if (cell.Dimension == UsageDimension.User) rows.Add((cell with { Dimension = UsageDimension.UserMonth }, sums));
            else if (cell.Dimension == UsageDimension.Key) rows.Add((cell with { Dimension = UsageDimension.KeyMonth }, sums));
        }

        Array(parameters, NpgsqlDbType.Bigint, rows.ConvertAll(row => (long)row.Cell.Quarter));
        Array(parameters, NpgsqlDbType.Text, rows.ConvertAll(row => Words[(int)row.Cell.Dimension]));
        Array(parameters, NpgsqlDbType.Uuid, rows.ConvertAll(row => row.Cell.Id));
        Array(parameters, NpgsqlDbType.Text, rows.ConvertAll(row => row.Cell.Name));
        Array(parameters, NpgsqlDbType.Bigint, rows.ConvertAll(row => row.Sums.Requests));
        Array(parameters, NpgsqlDbType.Bigint, rows.ConvertAll(row => row.Sums.Entries));
        Array(parameters, NpgsqlDbType.Bigint, rows.ConvertAll(row => row.Sums.Failed));
        Array(parameters, NpgsqlDbType.Bigint, rows.ConvertAll(row => row.Sums.Tokens));
        Array(parameters, NpgsqlDbType.Bigint, rows.ConvertAll(row => row.Sums.AiRequests));
        Array(parameters, NpgsqlDbType.Bigint, rows.ConvertAll(row => row.Sums.AiTokens));
        Array(parameters, NpgsqlDbType.Numeric, rows.ConvertAll(row => row.Sums.Cost));
        Array(parameters, NpgsqlDbType.Numeric, rows.ConvertAll(row => row.Sums.Unresolved));
    }

    private static void Array<T>(NpgsqlParameterCollection parameters, NpgsqlDbType type, List<T> values) =>
        parameters.Add(new NpgsqlParameter { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type });

    /// <summary>A value of a dimension in a quarter of an hour, which is given by its number.</summary>
    private readonly record struct Cell(int Quarter, UsageDimension Dimension, Guid? Id, string? Name);

    private struct Sums
    {
        public long Requests, Entries, Failed, Tokens, AiRequests, AiTokens;
        public decimal Cost, Unresolved;

        public void Add(LedgerEntry entry)
        {
            var requests = entry is { Kind: EntryKind.Usage, Final: true } ? 1 : 0;
            var tokens = entry.InputUnits + entry.CachedInputUnits + entry.CacheWriteUnits + entry.OutputUnits + entry.ReasoningUnits;
            Requests += requests;
            Entries++;
            if (entry.Status == EntryStatus.Failed) Failed++;
            Tokens += tokens;
            Cost += entry.TotalCost;
            Unresolved += entry.UnresolvedCost;
            if (entry.CostType != AiCost) return;
            AiRequests += requests;
            AiTokens += tokens;
        }
    }
}
