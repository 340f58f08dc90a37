using AiPortal.Core.Access;
using AiPortal.Core.Approvals;
using AiPortal.Core.Billing;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Ledger;
using AiPortal.Core.Tenancy;
using AiPortal.Tests.Fixtures;
using Npgsql;

namespace AiPortal.Tests.Billing;

/// <summary>One organization with its ledger, and the use cases of bills over it.</summary>
internal sealed class BillingFixture(TestDatabase database)
{
    public BillingClock Clock { get; } = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));

    public OpenCallsScript Calls { get; } = new();

    public Organization Organization { get; private set; } = null!;

    public Guid OrganizationId => Organization.Id;

    public Team Team { get; } = new() { Name = "研发部" };

    public Team OtherTeam { get; } = new() { Name = "Operations" };

    public CostCenter CostCenter { get; } = new() { Name = "CC 4711 Forschung" };

    public Project Project { get; } = new() { Name = "客服助手" };

    public Actor Finance => new(Guid.Parse("00000000-0000-7000-8000-000000000001"), "finance@example.com",
        new Dictionary<Guid, Role> { [OrganizationId] = Role.Finance }, OrganizationId);

    public TenantDb Tenants { get; } = new(database.Portal);

    public BillReader Reader => new(Tenants);

    private ChangeGate Gate => new(Tenants, new NobodyListens(), new ApprovalDesk(new ApprovalSecrets(new SecretVault(MasterKey.Make().Key)), Clock), Clock);

    public async Task<BillingFixture> InitializeAsync(string zone = "Asia/Shanghai", string currency = "USD")
    {
        await using var db = database.Portal.OpenSystem();
        Organization = new Organization { Id = Ids.New(TimeProvider.System), Name = "示例科技 Ltd", TimeZone = zone, Currency = currency };
        Organization.OrganizationId = Organization.Id;
        db.Add(Organization);
        foreach (var row in (StructureRow[])[Team, OtherTeam, CostCenter, Project])
        {
            row.OrganizationId = Organization.Id;
            db.Add(row);
        }

        await db.SaveChangesAsync();
        return this;
    }

    public Task<Outcome<Bill>> DraftAsync(BillDraft draft, Actor? actor = null) => new DraftBill(Gate, Clock).RunAsync(actor ?? Finance, OrganizationId, draft);

    public async Task<Bill> DraftAsync(string period, BillScope scope = BillScope.Organization, Guid? scopeId = null) =>
        (await DraftAsync(new BillDraft { Period = period, Scope = scope, ScopeId = scopeId })).Value;

    public Task<Outcome<Bill>> FinalizeAsync(Guid id, Actor? actor = null) =>
        new FinalizeBill(Gate, Tenants, Calls, Clock).RunAsync(actor ?? Finance, OrganizationId, id);

    public Task<Outcome<Bill>> DiscardAsync(Guid id) => new DiscardBill(Gate).RunAsync(Finance, OrganizationId, id);

    public async Task<BillView> ViewAsync(Guid id) => (await Reader.FindAsync(OrganizationId, id))!;

    /// <summary>Writes entries as the ledger writer does: under the shared lock, in one transaction.</summary>
    public async Task<IReadOnlyList<Guid>> AddAsync(params TestEntry[] entries)
    {
        await using var connection = await database.Portal.System.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var ids = await InsertAsync(connection, entries);
        await transaction.CommitAsync();
        return ids;
    }

    /// <summary>The same within a transaction that the test ends itself.</summary>
    public async Task<IReadOnlyList<Guid>> InsertAsync(NpgsqlConnection connection, params TestEntry[] entries)
    {
        await RunAsync(connection, LedgerLocks.ShareSql, OrganizationId);
        List<Guid> ids = [];
        foreach (var entry in entries)
        {
            var id = Ids.New(TimeProvider.System);
            ids.Add(id);
            await RunAsync(connection, "SELECT ensure_month_partitions($1)", entry.At.ToUniversalTime());
            await RunAsync(connection, """
                INSERT INTO ledger_entries (id, started_at, organization_id, request_id, attempt, final, kind, status, estimated, team_id, cost_center_id,
                  project_id, provider_name, model_name, request_type, cost_type, input_units, output_units, input_cost, total_cost, unresolved_cost, corrects_id)
                VALUES ($1, $2, $3, $1, 1, true, $4, $5, false, $6, $7, $8, 'openai', $9, 'chat', 'ai_api', 100, 20, $10, $10, $11, $12)
                """, id, entry.At.ToUniversalTime(), OrganizationId, EnumWord.Of(entry.Kind), EnumWord.Of(entry.Status), entry.TeamId, entry.CostCenterId,
                entry.ProjectId, entry.Model, entry.Cost, entry.Unresolved, entry.Corrects);
        }

        return ids;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, params object?[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(value is null ? new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid } : new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    private sealed class NobodyListens : IConfigurationListener
    {
        public Task ChangedAsync(CancellationToken token) => Task.CompletedTask;
    }
}

internal sealed record TestEntry(DateTimeOffset At, decimal Cost)
{
    public EntryKind Kind { get; init; }

    public EntryStatus Status { get; init; }

    public decimal Unresolved { get; init; }

    public Guid? TeamId { get; init; }

    public Guid? CostCenterId { get; init; }

    public Guid? ProjectId { get; init; }

    public Guid? Corrects { get; init; }

    public string Model { get; init; } = "gpt-4o-mini";
}

/// <summary>Stands still unless a wait or the test moves it: a wait of thirty seconds takes none.</summary>
internal sealed class BillingClock(DateTimeOffset now) : TimeProvider
{
    private readonly Lock _lock = new();
    private DateTimeOffset _now = now;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _now;
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public void Advance(TimeSpan by)
    {
        lock (_lock) _now += by;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime > TimeSpan.Zero) Advance(dueTime);
        return System.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? TimeSpan.Zero : dueTime, period);
    }
}

internal sealed class OpenCallsScript : IOpenCalls
{
    private Func<DateTimeOffset, int> _open = _ => 0;

    public List<DateTimeOffset> Asked { get; } = [];

    public void Answer(Func<DateTimeOffset, int> open) => _open = open;

    public int OpenBefore(Guid organizationId, DateTimeOffset at)
    {
        Asked.Add(at);
        return _open(at);
    }
}
