using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Providers;
using AiPortal.Core.Tenancy;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger;
using Npgsql;
using NpgsqlTypes;

namespace AiPortal.Tests.Analytics;

/// <summary>An organization with two teams, a key and an account, and rows of the ledger's tables written for it.</summary>
internal sealed class LedgerRows(TestDatabase database)
{
    public Organization Organization { get; private set; } = null!;

    public Guid Id => Organization.Id;

    public Team Research { get; } = new() { Name = "研发部" };

    public Team Support { get; } = new() { Name = "Support" };

    public ApiKey Key { get; } = new() { Name = "Search backend", KeyHash = [1], Prefix = "sk-ap-abcd" };

    public ProviderAccount Account { get; } = new() { Name = "OpenAI main", Kind = "openai" };

    public TenantDb Tenants { get; } = new(database.Portal);

    public async Task<LedgerRows> InitializeAsync(string zone)
    {
        await using var db = database.Portal.OpenSystem();
        Organization = new Organization { Id = Ids.New(TimeProvider.System), Name = "Acme", TimeZone = zone };
        Organization.OrganizationId = Organization.Id;
        Key.KeyHash = Organization.Id.ToByteArray();
        db.Add(Organization);
        foreach (var row in (TenantRow[])[Research, Support, Key, Account])
        {
            row.Id = Ids.New(TimeProvider.System);
            row.OrganizationId = Organization.Id;
            db.Add(row);
        }

        await db.SaveChangesAsync();
        return this;
    }

    public async Task SpentAsync(DateTimeOffset at, decimal cost, Guid? team = null, string model = "gpt-4o", bool account = true, decimal unresolved = 0)
    {
        var bucket = at.AddTicks(-(at.UtcTicks % TimeSpan.FromMinutes(15).Ticks)).ToUniversalTime();
        await WriteAsync("""
            INSERT INTO usage_rollups (organization_id, bucket_at, team_id, key_id, provider_id, provider_name, model_name, request_type, cost_type,
              requests, entries, input_units, output_units, total_cost, unresolved_cost)
            VALUES ($1, $2, $3, $4, $5, 'As it was called', $6, 'chat', 'ai_api', 1, 1, 100, 20, $7, $8)
            """, Id, bucket, team, Key.Id, account ? Account.Id : null, model, cost, unresolved);
        await database.CountDaysAsync(Id);
    }

    public async Task<Guid> CallAsync(DateTimeOffset at, string model = "gpt-4o", CallStatus status = CallStatus.Ok, Guid? team = null, Guid? id = null)
    {
        var call = id ?? Guid.CreateVersion7(at);
        await WriteAsync("SELECT ensure_month_partitions($1)", at.ToUniversalTime());
        await WriteAsync("""
            INSERT INTO call_log (id, started_at, organization_id, status, http_status, team_id, key_id, model_name, provider_id, provider_name, request_type, total_cost)
            VALUES ($1, $2, $3, $4, 200, $5, $6, $7, $8, 'As it was called', 'chat', 0.001)
            """, call, at.ToUniversalTime(), Id, EnumWord.Of(status), team, Key.Id, model, Account.Id);
        return call;
    }

    private async Task WriteAsync(string sql, params object?[] values)
    {
        await using var command = database.Portal.System.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(value is null ? new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid } : new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync();
    }
}
