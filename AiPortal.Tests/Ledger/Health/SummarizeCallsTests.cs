using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Health;
using AiPortal.Tests.Fixtures;
using Npgsql;
using Xunit;

namespace AiPortal.Tests.Ledger.Health;

public sealed class SummarizeCallsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Job_OverNewCalls_LeavesNothingUnsummarizedAndLosesNone()
    {
        var now = TimeProvider.System.GetUtcNow();
        var ledger = await new Analytics.LedgerRows(database).InitializeAsync("UTC");
        var common = await ledger.CallAsync(now, model: "common");
        await ledger.CallAsync(now.AddMilliseconds(-1_500_500), model: "rare");
        // More than one stretch: the first one of a table is summarized from the beginning.
        await database.ExecuteAsync("""
            INSERT INTO call_log (id, started_at, organization_id, status, http_status, model_name, request_type)
            SELECT gen_random_uuid(), started_at - n * interval '500 milliseconds', organization_id, status, http_status, model_name, request_type
            FROM call_log CROSS JOIN generate_series(1, 3000) n WHERE id = $1
            """, common);
        var job = new SummarizeCalls(database.Portal);

        Assert.NotEqual("0 stretches", await job.RunAsync(default));
        Assert.Equal("0 stretches", await job.RunAsync(default));

        await ledger.CallAsync(now, model: "late");
        var calls = new CallList(ledger.Tenants, TimeProvider.System);
        foreach (var (model, count) in ((string, int)[])[("rare", 1), ("late", 1), ("common", 50), ("none", 0)])
            Assert.Equal(count, (await calls.ReadAsync(ledger.Id, new RecordFilter { Model = model }, limit: 50)).Data.Count);
        Assert.Equal((1L, 1L, 0L), (await ByIndexAsync(ledger.Id, "rare"), await ByIndexAsync(ledger.Id, "late"), await ByIndexAsync(ledger.Id, "none")));
    }

    /// <summary>However few the rows are: through the index, which a small table would not be read by.</summary>
    private async Task<long> ByIndexAsync(Guid organization, string model)
    {
        await using var connection = new NpgsqlConnection(database.Superuser);
        await connection.OpenAsync();
        await using (var only = new NpgsqlCommand("SET enable_seqscan = off; SET enable_indexscan = off; SET enable_indexonlyscan = off; DROP INDEX IF EXISTS ix_call_log_organization", connection))
            await only.ExecuteNonQueryAsync();
        await using var command = new NpgsqlCommand("SELECT count(*) FROM call_log WHERE organization_id = $1 AND model_name = $2", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = organization });
        command.Parameters.Add(new NpgsqlParameter { Value = model });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
