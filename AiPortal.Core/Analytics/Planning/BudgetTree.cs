using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Money;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace AiPortal.Core.Analytics.Planning;

/// <summary>How full the fullest limit of a budget is.</summary>
public enum BudgetState { All, Near, Exceeded }

/// <summary>Which budgets to show; null members do not filter.</summary>
/// <param name="Types">Kinds of scopes.</param>
/// <param name="Search">Part of a budget's or its scope's name, in any letter case.</param>
/// <param name="State">Near includes those that are exceeded.</param>
/// <param name="Folded">Scopes whose budgets below are left out.</param>
/// <param name="EnvironmentId">Budgets of this environment and of its keys.</param>
public sealed record BudgetTreeFilter(IReadOnlyCollection<QuotaType>? Types, string? Search, BudgetState State, IReadOnlyCollection<Guid> Folded, Guid? EnvironmentId = null);

/// <summary>A budget in the tree of scopes.</summary>
/// <param name="Reading">The budget as it stands.</param>
/// <param name="Path">Names from the widest scope down to the budget's own; empty when the scope is gone.</param>
/// <param name="Depth">How many scopes around its own have budgets too.</param>
/// <param name="HasBelow">Whether there are budgets of scopes within its own.</param>
public sealed record BudgetNode(BudgetReading Reading, IReadOnlyList<string> Path, int Depth, bool HasBelow)
{
    public Guid Id => Reading.Budget.Id;
}

/// <summary>Budgets of an organization at a glance. <paramref name="Exposure"/> is the most by which calls in flight can pass learned limits, USD; null for who sees a part.</summary>
public readonly record struct BudgetSummary(int Count, int Near, int Exceeded, decimal? Exposure);

/// <summary>
/// The budgets of an organization as a tree: organization, departments, teams, projects, people, keys, then cost centers and
/// environments. Ordered, filtered and cut in the database.
/// </summary>
public sealed class BudgetTree(TenantDb tenants, BudgetList budgets, BudgetBook book, TimeProvider clock)
{
    public async Task<(IReadOnlyList<BudgetNode> Nodes, int Total)> ReadAsync(
        Guid organizationId, BudgetTreeFilter filter, int skip, int take, CancellationToken token = default)
    {
        var (places, total) = await tenants.ReadAsync(organizationId, async db => await PlacesAsync(db, organizationId, filter, skip, take, token), token);
        var readings = await budgets.ByIdAsync(organizationId, [.. places.Select(place => place.Id)], token);
        // A budget that was removed between the two reads is not shown.
        return ([.. places.Where(place => readings.ContainsKey(place.Id)).Select(place => new BudgetNode(readings[place.Id], place.Path, place.Depth, place.HasBelow))], total);
    }

    /// <summary>One budget of the tree; null when there is none. Depth and what is below are not told.</summary>
    public async Task<BudgetNode?> FindAsync(Guid organizationId, Guid id, CancellationToken token = default)
    {
        if (await budgets.FindAsync(organizationId, id, token) is not { } reading) return null;
        var path = await tenants.ReadAsync(organizationId, db => ScopePath.ReadAsync(db, reading.Budget.QuotaType, reading.Budget.ScopeId, token), token);
        return new BudgetNode(reading, path, 0, false);
    }

    /// <param name="organizationId">Whose budgets.</param>
    /// <param name="environmentId">Only those of this environment and of its keys.</param>
    /// <param name="token">Ends the read.</param>
    public async Task<BudgetSummary> SummaryAsync(Guid organizationId, Guid? environmentId = null, CancellationToken token = default)
    {
        var (count, near, exceeded) = await tenants.ReadAsync(organizationId, async db =>
        {
            await using var command = await CommandAsync(db, organizationId, BudgetTreeSql.Summary, token);
            Add(command, NpgsqlDbType.Uuid, environmentId);
            await using var reader = await command.ExecuteReaderAsync(token);
            await reader.ReadAsync(token);
            return (reader.GetInt32(0), reader.GetInt32(1), reader.GetInt32(2));
        }, token);
        return new BudgetSummary(count, near, exceeded, tenants.SeesAll(organizationId) ? book.OvershootExposure(organizationId) : null);
    }

    /// <summary>Budgets near or past a limit, the fullest first, and whether there is any budget at all.</summary>
    /// <param name="organizationId">Whose budgets.</param>
    /// <param name="most">How many of them.</param>
    /// <param name="environmentId">Only those of this environment and of its keys.</param>
    /// <param name="token">Ends the read.</param>
    public async Task<(IReadOnlyList<BudgetReading> Readings, bool Any)> FullestAsync(
        Guid organizationId, int most, Guid? environmentId = null, CancellationToken token = default)
    {
        var (ids, any) = await tenants.ReadAsync(organizationId, async db =>
        {
            await using var command = await CommandAsync(db, organizationId, BudgetTreeSql.Fullest, token);
            Add(command, NpgsqlDbType.Uuid, environmentId);
            Add(command, NpgsqlDbType.Integer, most);
            var found = new List<Guid>();
            await using (var reader = await command.ExecuteReaderAsync(token))
            {
                while (await reader.ReadAsync(token)) found.Add(reader.GetGuid(0));
            }

            return (found, found.Count > 0 || await db.Set<Budget>().AnyAsync(token));
        }, token);
        var readings = await budgets.ByIdAsync(organizationId, ids, token);
        return ([.. ids.Where(readings.ContainsKey).Select(id => readings[id])], any);
    }

    private async Task<(List<Place> Places, int Total)> PlacesAsync(
        PortalDb db, Guid organizationId, BudgetTreeFilter filter, int skip, int take, CancellationToken token)
    {
        await using var command = await CommandAsync(db, organizationId, BudgetTreeSql.Page(filter.State), token);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, filter.Types?.Select(EnumWord.Of).ToArray());
        Add(command, NpgsqlDbType.Text, filter.Search is { Length: > 0 } search ? LikePattern.Contains(search) : null);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Uuid, filter.Folded.ToArray());
        Add(command, NpgsqlDbType.Integer, skip);
        Add(command, NpgsqlDbType.Integer, take);
        Add(command, NpgsqlDbType.Uuid, filter.EnvironmentId);
        var places = new List<Place>();
        var total = skip;
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
        {
            places.Add(new Place(reader.GetGuid(0), reader.GetFieldValue<string[]>(1), reader.GetInt32(2), reader.GetBoolean(3)));
            total = reader.GetInt32(4);
        }

        return (places, total);
    }

    /// <summary>A command whose first two parameters are the periods of now.</summary>
    private async Task<NpgsqlCommand> CommandAsync(PortalDb db, Guid organizationId, string sql, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        var calendar = await SpendTimeline.CalendarAsync(db, organizationId, token);
#pragma warning disable CA2100 // Texts of BudgetTreeSql; values go as parameters.
        var command = new NpgsqlCommand(sql, (NpgsqlConnection)db.Database.GetDbConnection());
#pragma warning restore CA2100
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, PeriodTypes.All.Select(type => type.ToText()).ToArray());
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, PeriodTypes.All.Select(type => calendar.PeriodOf(type, now).Start.UtcDateTime).ToArray());
        return command;
    }

    private static void Add(NpgsqlCommand command, NpgsqlDbType type, object? value) =>
        command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });

    private sealed record Place(Guid Id, string[] Path, int Depth, bool HasBelow);
}
