using System.Runtime.InteropServices;
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
        var drained = Drained(addition.Drained);
        foreach (var (key, (spent, unknown)) in Used(addition, drained))
            uses[key] = uses.GetValueOrDefault(key) with { Used = spent + unknown };
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
        IReadOnlyList<LedgerEntry> entries, ILookup<(Guid, QuotaType, Guid?), CountedLine> lines, Dictionary<BudgetCellKey, DateTimeOffset> resets)
    {
        // Many entries have few chains, and their lines few periods.
        var chains = new Dictionary<EntryChain, CountedLine[]>();
        foreach (var entry in entries)
        {
            var chain = EntryChain.Of(entry);
            if (!chains.TryGetValue(chain, out var own))
                chains[chain] = own = [.. chain.LinesIn(lines)];
            foreach (var line in own)
                line.Count(entry, resets);
        }
        return chains.Values.SelectMany(own => own).Distinct().SelectMany(line => line.Uses).ToDictionary();
    }

    /// <summary>What the calls that were added had taken of the lease. A call is drained once, by whichever transaction adds its entry; a repetition only learns how things stand.</summary>
    private static Dictionary<BudgetCellKey, (decimal Spent, decimal Unknown)> Used(LedgerAddition addition, Dictionary<BudgetCellKey, (decimal Spent, decimal Unknown)> drained)
    {
        if (addition.Source is not { Attempts: var attempts })
            return [];
        if (ReferenceEquals(attempts, addition.Drained) && addition.Added.Count == attempts.Count)
            return drained;
        var added = addition.Added.Select(entry => entry.Id).ToHashSet();
        return Drained([.. attempts.Where(attempt => added.Contains(attempt.Intent.EntryId))]);
    }

    /// <summary>What admission keeps for these attempts: as they held it and as it was settled, line by line.</summary>
    private static Dictionary<BudgetCellKey, (decimal Spent, decimal Unknown)> Drained(IReadOnlyList<LedgerAttempt> attempts)
    {
        var drained = new Dictionary<BudgetCellKey, (decimal Spent, decimal Unknown)>();
        foreach (var attempt in attempts)
        {
            var holds = attempt.Intent.Holds ?? [];
            var (unit, settled) = ((CountedUnit?)null, 0m);
            for (var i = 0; i < holds.Count; i++)
            {
                var hold = holds[i];
                ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(drained, new BudgetCellKey(hold.BudgetId, hold.PeriodType, hold.PeriodStart), out _);
                if (attempt.Status == EntryStatus.Unknown)
                {
                    sum.Unknown += hold.Amount;
                    continue;
                }
                if (hold.Unit != unit)
                    (unit, settled) = (hold.Unit, CountedAmounts.Spent(attempt.Settlement!, hold.Unit));
                sum.Spent += settled;
            }
        }
        return drained;
    }

    private static async Task<ILookup<(Guid, QuotaType, Guid?), CountedLine>> LinesAsync(
        NpgsqlConnection connection, IReadOnlyList<LedgerEntry> entries, CancellationToken token)
    {
        var found = new List<((Guid, QuotaType, Guid?) Scope, CountedLine CountedLine)>();
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
            found.AddRange(types.Select(type => (scope, new CountedLine(reader.GetGuid(0), type, calendar, unit, filter))));
        }
        return found.ToLookup(pair => pair.Scope, pair => pair.CountedLine);
    }
}
