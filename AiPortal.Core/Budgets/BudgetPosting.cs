using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;
using Npgsql;

namespace AiPortal.Core.Budgets;

/// <summary>
/// Adds entries to what the budgets of their chain have used, in the transaction that adds the entries; after it admission learns
/// what the database has, and lets go of what it had kept for the calls drained. What they had taken of their node's lease is no
/// longer leased then.
/// </summary>
public sealed class BudgetPosting(BudgetBook book) : ILedgerFollower
{
    private const string Definitions = """
        SELECT b.id, b.organization_id, b.quota_type, b.scope_id, b.period_type, b.daily_limit IS NOT NULL, b.hourly_limit IS NOT NULL,
          o.time_zone, o.fiscal_year_start, b.unit, b.model, b.provider_id, o.week_start
        FROM budgets b JOIN organizations o ON o.id = b.organization_id WHERE b.organization_id = ANY($1)
        """;

    /// <inheritdoc/>
    public async Task<Action?> FollowAsync(NpgsqlConnection connection, LedgerAddition addition, CancellationToken token)
    {
        await using (var locking = new NpgsqlCommand(BudgetLocks.TakeShared, connection))
            await locking.ExecuteNonQueryAsync(token);
        var lines = await LinesAsync(connection, addition.Added, token);
        var resets = await BudgetAmountStore.ResetsAsync(connection, [.. lines.SelectMany(line => line).Select(line => line.BudgetId).Distinct()], token);
        var uses = Uses(addition.Added, lines, resets);
        // A call is drained once, by whichever transaction adds its entry; a repetition only learns how things stand.
        var added = addition.Added.Select(entry => entry.Id).ToHashSet();
        foreach (var (key, (spent, unknown)) in Drained(addition.Source?.Attempts.Where(attempt => added.Contains(attempt.Intent.EntryId)) ?? []))
            uses[key] = uses.GetValueOrDefault(key) with { Used = spent + unknown };
        var drained = Drained(addition.Drained);
        foreach (var key in drained.Keys)
            uses.TryAdd(key, default);
        var posted = await BudgetAmountStore.PostAsync(connection, addition.Source?.JournalId ?? Guid.Empty, uses, token);
        var own = addition.Drained.Count > 0;
        var confirmations = uses.Keys.Select(key =>
        {
            var now = posted.GetValueOrDefault(key);
            var (drainedSpent, drainedUnknown) = drained.GetValueOrDefault(key);
            return new BudgetConfirmation(key, drainedSpent, drainedUnknown, now.Spent, now.Unknown, now.Version, own ? now.LeaseDrained : null);
        }).ToList();
        return confirmations.Count == 0 ? null : () => book.Confirm(confirmations);
    }

    /// <inheritdoc/>
    public async Task AdoptedAsync(NpgsqlConnection connection, Guid journalId, CancellationToken token)
    {
        await using var command = new NpgsqlCommand("SELECT budget_release($1)", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = journalId });
        await command.ExecuteNonQueryAsync(token);
    }

    private static Dictionary<BudgetCellKey, BudgetUse> Uses(
        IReadOnlyList<LedgerEntry> entries, ILookup<(Guid, QuotaType, Guid?), Line> lines, Dictionary<BudgetCellKey, DateTimeOffset> resets)
    {
        var uses = new Dictionary<BudgetCellKey, BudgetUse>();
        foreach (var entry in entries)
        {
            foreach (var line in LinesOf(entry, lines))
            {
                var period = line.Calendar.PeriodOf(line.PeriodType, entry.StartedAt);
                var key = new BudgetCellKey(line.BudgetId, line.PeriodType, period.Start);
                if (resets.TryGetValue(key, out var resetAt) && entry.StartedAt <= resetAt)
                    continue;
                var use = uses.GetValueOrDefault(key, new BudgetUse(entry.OrganizationId, period.End) { Counted = true });
                uses[key] = use with { Spent = use.Spent + CountedAmounts.Spent(entry, line.Unit), Unknown = use.Unknown + CountedAmounts.Unknown(entry, line.Unit) };
            }
        }
        return uses;
    }

    private static IEnumerable<Line> LinesOf(LedgerEntry entry, ILookup<(Guid, QuotaType, Guid?), Line> lines)
    {
        (QuotaType Type, Guid? Id)[] chain =
        [
            (QuotaType.Organization, entry.OrganizationId), (QuotaType.Department, entry.DepartmentId), (QuotaType.Team, entry.TeamId),
            (QuotaType.Project, entry.ProjectId), (QuotaType.CostCenter, entry.CostCenterId), (QuotaType.Environment, entry.EnvironmentId),
            (QuotaType.User, entry.UserId), (QuotaType.Key, entry.KeyId),
        ];
        return chain.Where(scope => scope.Id is not null).SelectMany(scope => lines[(entry.OrganizationId, scope.Type, scope.Id)])
            .Where(line => line.Filter.Matches(entry.ModelName, entry.ProviderId));
    }

    /// <summary>What admission keeps for these attempts: as they held it and as it was settled, line by line.</summary>
    private static Dictionary<BudgetCellKey, (decimal Spent, decimal Unknown)> Drained(IEnumerable<LedgerAttempt> attempts)
    {
        var drained = new Dictionary<BudgetCellKey, (decimal Spent, decimal Unknown)>();
        foreach (var attempt in attempts)
        {
            var unknown = attempt.Status == EntryStatus.Unknown;
            foreach (var hold in attempt.Intent.Holds ?? [])
            {
                var key = new BudgetCellKey(hold.BudgetId, hold.PeriodType, hold.PeriodStart);
                var (spent, held) = drained.GetValueOrDefault(key);
                drained[key] = unknown ? (spent, held + hold.Amount) : (spent + CountedAmounts.Spent(attempt.Settlement!, hold.Unit), held);
            }
        }
        return drained;
    }

    private static async Task<ILookup<(Guid, QuotaType, Guid?), Line>> LinesAsync(
        NpgsqlConnection connection, IReadOnlyList<LedgerEntry> entries, CancellationToken token)
    {
        var found = new List<((Guid, QuotaType, Guid?) Scope, Line Line)>();
        var calendars = new Dictionary<Guid, OrganizationCalendar>();
        await using var command = new NpgsqlCommand(Definitions, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = entries.Select(entry => entry.OrganizationId).Distinct().ToArray() });
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
        {
            var organization = reader.GetGuid(1);
            if (!calendars.TryGetValue(organization, out var calendar))
                calendars[organization] = calendar = OrganizationCalendar.Of(reader.GetString(7), reader.GetInt32(8), EnumWord.Parse<DayOfWeek>(reader.GetString(12)));
            var types = new HashSet<PeriodType> { EnumWord.Parse<PeriodType>(reader.GetString(4)) };
            if (reader.GetBoolean(5))
                types.Add(PeriodType.Daily);
            if (reader.GetBoolean(6))
                types.Add(PeriodType.Hourly);
            var scope = (organization, EnumWord.Parse<QuotaType>(reader.GetString(2)), (Guid?)reader.GetGuid(3));
            var unit = EnumWord.Parse<CountedUnit>(reader.GetString(9));
            var filter = new EntryFilter(reader.IsDBNull(10) ? null : reader.GetString(10), reader.IsDBNull(11) ? null : reader.GetGuid(11));
            found.AddRange(types.Select(type => (scope, new Line(reader.GetGuid(0), type, calendar, unit, filter))));
        }
        return found.ToLookup(pair => pair.Scope, pair => pair.Line);
    }

    private sealed record Line(Guid BudgetId, PeriodType PeriodType, OrganizationCalendar Calendar, CountedUnit Unit, EntryFilter Filter);
}
