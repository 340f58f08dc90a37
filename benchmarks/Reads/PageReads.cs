using AiPortal.Core.Analytics;
using AiPortal.Core.Analytics.Planning;
using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Benchmarks.Reads;

/// <summary>The read models behind pages, as far as they are not those of the API.</summary>
internal sealed class PageReads(PortalDatabase database, PortalUnderTest portal)
{
    private const int CountedMost = 10_001;
    private readonly TenantDb _tenants = new(database);

    public async Task<IReadOnlyList<(string Name, Func<Task> Read)>> AllAsync(Guid budgetId)
    {
        var organization = portal.OrganizationId;
        var clock = TimeProvider.System;
        var boards = new SpendBoards(_tenants, clock);
        var calls = new CallTable(_tenants, clock);
        var use = new KeyUsage(_tenants, clock);
        var forecasts = new BudgetForecasts(_tenants, clock);
        var reading = await ReadingAsync(budgetId);
        return
        [
            ("page: dashboard, 30 days", () => boards.ReadAsync(organization, 30)),
            ("page: dashboard, 90 days", () => boards.ReadAsync(organization, 90)),
            ("page: calls, first rows", () => calls.ReadAsync(organization, new RecordFilter(), 0, 50)),
            ("page: calls, count up to 10,000+", () => calls.CountAsync(organization, new RecordFilter(), CountedMost)),
            ("page: calls of a key, count", () => calls.CountAsync(organization, new RecordFilter { KeyId = portal.Keys[3] }, CountedMost)),
            ("page: calls of a team, count", () => calls.CountAsync(organization, new RecordFilter { TeamId = portal.Teams[1] }, CountedMost)),
            ("page: calls of a model, count", () => calls.CountAsync(organization, new RecordFilter { Model = "model-7" }, CountedMost)),
            ("page: calls failed, count", () => calls.CountAsync(organization, new RecordFilter { CallStatus = CallStatus.Failed }, CountedMost)),
            ("page: calls refused (none), count", () => calls.CountAsync(organization, new RecordFilter { CallStatus = CallStatus.Refused }, CountedMost)),
            ("page: calls, what to filter by", () => new CallFacetReads(_tenants, clock).ReadAsync(organization)),
            ("page: use of 50 keys", () => use.ReadAsync(organization, portal.Keys[..50])),
            ("page: use of a key without calls", () => use.ReadAsync(organization, [portal.IdleKey])),
            ("page: a budget's forecast", () => forecasts.ReadAsync(organization, [reading])),
        ];
    }

    private async Task<BudgetReading> ReadingAsync(Guid id)
    {
        await using var db = database.OpenSystem();
        var budget = await db.Set<Budget>().SingleAsync(b => b.Id == id);
        var line = BudgetLine.Of(budget)[0];
        var month = OrganizationCalendar.Utc.PeriodOf(PeriodType.Monthly, TimeProvider.System.GetUtcNow());
        return new BudgetReading(budget, [new BudgetLineReading(line, new BudgetView(line.Limit, 0, 0, 0, month))]);
    }
}
