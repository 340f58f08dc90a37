using AiPortal.Core.Budgets;
using AiPortal.Core.Budgets.Leases;
using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Days;
using AiPortal.Core.Ledger.Journals;
using AiPortal.Core.Money;
using AiPortal.Core.Tenancy;
using AiPortal.Tests.Budgets.Leases;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger.Journals;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AiPortal.Tests.Ledger;

/// <summary>An organization in a real database, a journal, and a writer between them.</summary>
internal sealed class LedgerRig : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly int _queueCapacity;
    private readonly JournalSamples _samples = new();

    private LedgerRig(TestDatabase database, int queueCapacity)
    {
        _database = database;
        _queueCapacity = queueCapacity;
        Journal = _samples.Open(segmentBytes: 100_000);
        Budgets = NewBook();
        Writer = NewWriter();
    }

    public Guid OrganizationId { get; } = Ids.New(TimeProvider.System);

    public Guid TeamId { get; } = Ids.New(TimeProvider.System);

    public Guid[] Keys { get; } = [Ids.New(TimeProvider.System), Ids.New(TimeProvider.System), Ids.New(TimeProvider.System)];

    public Journal Journal { get; private set; }

    public LedgerWriter Writer { get; private set; }

    public BudgetBook Budgets { get; }

    public LiveSignals Signals { get; } = new();

    public string DataDirectory => _samples.DataDirectory;

    public static async Task<LedgerRig> StartAsync(TestDatabase database, int queueCapacity = 20_000)
    {
        var rig = new LedgerRig(database, queueCapacity);
        await using (var db = database.Portal.OpenSystem())
        {
            db.Add(new Organization { Id = rig.OrganizationId, OrganizationId = rig.OrganizationId, Name = "Fjord", TimeZone = "Asia/Kolkata" });
            await db.SaveChangesAsync();
        }
        await rig.Writer.StartAsync(CancellationToken.None);
        return rig;
    }

    public async Task<Guid> AddBudgetAsync(QuotaType type, Guid scopeId, PeriodType period = PeriodType.Monthly, decimal? daily = null, Action<Budget>? change = null)
    {
        await using var db = _database.Portal.OpenSystem();
        var budget = new Budget { OrganizationId = OrganizationId, Name = "b", QuotaType = type, ScopeId = scopeId, PeriodType = period, TotalQuota = 1_000_000, DailyLimit = daily, CreatedAt = JournalSamples.Noon.AddYears(-1) };
        change?.Invoke(budget);
        db.Add(budget);
        await db.SaveChangesAsync();
        return budget.Id;
    }

    /// <summary>The i-th of a series that mixes keys, statuses, months and costs.</summary>
    public (Intent Intent, Settlement Settlement) Sample(int i)
    {
        var intent = JournalSamples.Intent(startedAt: JournalSamples.Noon.AddMinutes(i * 7 % 3_000)) with
        {
            Attempt = 1,
            Attribution = new Attribution(OrganizationId, TeamId: i % 3 == 0 ? null : TeamId, KeyId: Keys[i % Keys.Length]),
            ProviderId = OrganizationId,
            // Its costs are made up: no price says them.
            PriceId = null,
            HeldUsd = 0.5m,
            Tags = new Dictionary<string, string> { ["feature"] = "se\0arch" },
        };
        var settlement = JournalSamples.Settlement(intent.EntryId) with
        {
            Status = (EntryStatus)(i % 4),
            Cost = new Cost(0.000001m * i, 0.000000000001m, 0, 0.25m, 0, 0),
        };
        return (intent, settlement);
    }

    /// <summary>What the gateway does for one call.</summary>
    public (Intent Intent, Settlement Settlement) Call(int i)
    {
        var (intent, settlement) = Sample(i);
        Journal.Append(intent);
        Journal.Append(settlement);
        Writer.Post(intent, settlement, LedgerRows.Call(new LedgerAttempt(intent, settlement)));
        return (intent, settlement);
    }

    /// <summary>Ends this process without a chance to drain, and starts the next one on the same data directory.</summary>
    public async Task RestartAsync()
    {
        await Writer.DisposeAsync();
        await Journal.DisposeAsync();
        Journal = _samples.Open(segmentBytes: 100_000);
        Writer = NewWriter();
        await Writer.StartAsync(CancellationToken.None);
    }

    public Task StopAsync() => Writer.StopAsync(CancellationToken.None);

    public Task<long> EntriesAsync() =>
        _database.ScalarAsync<long>("SELECT count(*) FROM ledger_entries WHERE organization_id = $1", OrganizationId);

    public Task<long> CallsAsync() => _database.ScalarAsync<long>("SELECT count(*) FROM call_log WHERE organization_id = $1", OrganizationId);

    public Task<decimal> SumAsync(string column) =>
        _database.ScalarAsync<decimal>($"SELECT coalesce(sum({column}), 0) FROM ledger_entries WHERE organization_id = $1", OrganizationId);

    public Task<decimal> BudgetAsync(Guid budgetId, string column, PeriodType type) =>
        _database.ScalarAsync<decimal>($"SELECT coalesce(sum({column}), 0) FROM budget_amounts WHERE budget_id = $1 AND period_type = $2", budgetId, type.ToText());

    /// <summary>Holds, however often the database is away meanwhile.</summary>
    public async Task<BudgetHold> HoldAsync(BudgetLine[] chain, OrganizationCalendar calendar, DateTimeOffset startedAt, decimal strict, decimal learned)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var answer = await Budgets.HoldAsync(chain, calendar, startedAt, new CallAmounts(strict, learned), limit.Token);
            Assert.Null(answer.Refusal);
            if (answer.Hold is { } hold)
                return hold;
            await Task.Delay(20, limit.Token);
        }
    }

    public async Task UntilWrittenAsync(long entries)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await EntriesAsync() < entries)
            await Task.Delay(20, limit.Token);
    }

    public async Task AssertVerifiedAsync() => Assert.Empty(await LedgerVerify.RunAsync(_database.Portal, CancellationToken.None));

    public async ValueTask DisposeAsync()
    {
        await Writer.DisposeAsync();
        await Journal.DisposeAsync();
        _samples.Dispose();
    }

    private BudgetBook NewBook()
    {
        var options = new LeaseOptions();
        var term = new LeaseTerm(options, TimeProvider.System);
        term.Renew(TimeProvider.System.GetTimestamp());
        return new BudgetBook(new LeaseBank(_database.Portal, Journal, options), term, options, MemoryBank.Metrics, TimeProvider.System, NullLogger<BudgetBook>.Instance);
    }

    private LedgerWriter NewWriter() => new(
        _database.Portal,
        Journal,
        new LedgerBook([new BudgetPosting(Budgets), new UsageDayPosting(), new LedgerSignals(Signals)]),
        new LedgerWriterOptions { Node = "test", QueueCapacity = _queueCapacity, Linger = TimeSpan.FromMilliseconds(20), LongestRetry = TimeSpan.FromMilliseconds(200) },
        TimeProvider.System,
        NullLogger<LedgerWriter>.Instance);
}
