using AiPortal.Core.Access;
using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AiPortal.Core.Analytics.Planning;

/// <summary>
/// What a budget would have done with what its scope spent last month (this month so far where last month has no calls): which calls
/// came when a limit had no room for them. Counted as if every call had been made; amounts are in the budget's unit.
/// </summary>
/// <param name="Span">The month.</param>
/// <param name="SoFar">The month is still running.</param>
/// <param name="Calls">All calls of the scope in it.</param>
/// <param name="Spent">What they took.</param>
/// <param name="CallsBeyond">Calls beyond a limit: refused where the budget blocks.</param>
/// <param name="CostBeyond">What those took.</param>
/// <param name="DaysBeyond">Local days with such calls.</param>
/// <param name="FirstBeyondAt">When the first of them began, UTC.</param>
public sealed record BudgetTrial(
    Period Span, bool SoFar, long Calls, decimal Spent, long CallsBeyond, decimal CostBeyond, int DaysBeyond, DateTimeOffset? FirstBeyondAt)
{
    public CountedUnit Unit { get; init; }
}

/// <summary>
/// Tries a budget on last month's spend before it is saved. Quarters of an hour tell where a limit would have been passed; only
/// those quarters are then looked at call by call.
/// </summary>
public sealed class BudgetPreview(TenantDb tenants, TimeProvider clock)
{
    public async Task<Outcome<BudgetTrial>> RunAsync(Actor actor, Guid organizationId, BudgetDraft draft, CancellationToken token = default)
    {
        if (actor.RoleIn(organizationId) is null) return Refusal.Missing("organization");
        if (!actor.May(Permission.ViewBudgets, organizationId)) return Refusal.Denied("Your role does not allow you to see budgets.");
        return await tenants.ReadAsync<Outcome<BudgetTrial>>(organizationId, async db =>
        {
            var checkedDraft = await BudgetChecks.SoundAsync(db, organizationId, draft, null, token);
            if (checkedDraft.Refusal is { } refusal) return refusal;
            var sound = checkedDraft.Value;
            return await TryAsync(db, new TrialScope(organizationId, BudgetScopes.LedgerColumn(sound.QuotaType), sound.ScopeId, sound.Unit, new EntryFilter(sound.Model, sound.ProviderId)), sound, token);
        }, token);
    }

    private async Task<BudgetTrial> TryAsync(PortalDb db, TrialScope scope, BudgetDraft draft, CancellationToken token)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var now = clock.GetUtcNow();
        var calendar = await SpendTimeline.CalendarAsync(db, scope.OrganizationId, token);
        var month = calendar.PeriodOf(PeriodType.Monthly, now);
        var span = calendar.PeriodOf(PeriodType.Monthly, month.Start.AddTicks(-1));
        var quarters = await TrialSql.QuartersAsync(connection, scope, span, token);
        var soFar = quarters.All(quarter => quarter.Calls == 0);
        if (soFar)
        {
            span = month with { End = now };
            quarters = await TrialSql.QuartersAsync(connection, scope, span, token);
        }

        var meters = new List<TrialMeter>();
        foreach (var line in BudgetLine.Of(AsBudget(draft, scope.OrganizationId)))
        {
            var begun = calendar.PeriodOf(line.PeriodType, span.Start).Start;
            meters.Add(new TrialMeter(calendar, line, begun < span.Start ? await TrialSql.SpentAsync(connection, scope, new Period(begun, span.Start), token) : 0, span.Start));
        }

        return await JudgeAsync(connection, scope, calendar, new BudgetTrial(span, soFar, quarters.Sum(q => q.Calls), quarters.Sum(q => q.Cost), 0, 0, 0, null) { Unit = draft.Unit }, quarters, meters, token);
    }

    private static Budget AsBudget(BudgetDraft draft, Guid organizationId)
    {
        var budget = new Budget { Name = draft.Name, OrganizationId = organizationId };
        draft.WriteTo(budget);
        return budget;
    }

    private static async Task<BudgetTrial> JudgeAsync(
        NpgsqlConnection connection, TrialScope scope, OrganizationCalendar calendar, BudgetTrial trial,
        IReadOnlyList<SpendQuarter> quarters, List<TrialMeter> meters, CancellationToken token)
    {
        var beyond = new List<SpendBeyond>();
        var crossed = new List<(DateTimeOffset At, decimal Room)>();
        foreach (var quarter in quarters)
        {
            var room = meters.Min(meter => meter.RoomBefore(quarter));
            // Nothing left before it: all its calls are beyond. Room for a part of it: its calls tell.
            if (room <= 0) beyond.Add(new SpendBeyond(quarter.At, quarter.Calls, quarter.Cost, quarter.At));
            else if (quarter.Amount > room) crossed.Add((quarter.At, room));
            meters.ForEach(meter => meter.Take(quarter));
        }

        beyond.AddRange(await TrialSql.BeyondAsync(connection, scope, crossed, token));
        beyond.RemoveAll(part => part.Calls == 0);
        return trial with
        {
            CallsBeyond = beyond.Sum(part => part.Calls),
            CostBeyond = beyond.Sum(part => part.Cost),
            DaysBeyond = beyond.Select(part => calendar.LocalDate(part.At)).Distinct().Count(),
            FirstBeyondAt = beyond.Count == 0 ? null : beyond.Min(part => part.FirstAt),
        };
    }
}

/// <summary>What one limit had left as a month went by.</summary>
internal sealed class TrialMeter(OrganizationCalendar calendar, BudgetLine line, decimal takenBefore, DateTimeOffset start)
{
    private Period _period = calendar.PeriodOf(line.PeriodType, start);
    private decimal _taken = takenBefore;

    public decimal RoomBefore(SpendQuarter quarter)
    {
        var period = calendar.PeriodOf(line.PeriodType, quarter.At);
        if (period != _period) (_period, _taken) = (period, 0);
        return line.Limit - _taken;
    }

    public void Take(SpendQuarter quarter) => _taken += quarter.Amount;
}
