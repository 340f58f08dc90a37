using System.Net;
using AiPortal.Tests.Fixtures;
using Npgsql;
using Xunit.Abstractions;

namespace AiPortal.Tests.Ledger.Durability;

/// <summary>
/// M06: the database is away, in each way there is, while calls go on; also with the portal killed meanwhile. With AIPORTAL_LONG=1 for
/// 30 seconds each.
/// </summary>
public sealed class OutageTests(ITestOutputHelper output)
{
    private const string Full = """
        CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$;
        CREATE TRIGGER no_space BEFORE INSERT ON ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION no_space();
        """;

    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(60);
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("AIPORTAL_LONG") == "1";
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(IsLong ? 30 : 2);

    [Fact]
    public async Task Outage_OfEachKind_CallsGoOnAndAllIsSettledOnceAfterwards()
    {
        DatabaseProxy? proxy = null;
        await using var rig = await DurabilityRig.StartAsync(server =>
        {
            proxy = DatabaseProxy.Before(server, out var through);
            return IsLong ? through : through + ";Command Timeout=4;Options=-c idle_in_transaction_session_timeout=4s";
        });
        await using var between = proxy!;
        await using var portal = rig.Portal();
        Assert.True(await portal.ReadyAsync(), portal.Output);

        await RunAsync("refused", () => Turned(DatabaseWay.Refused), () => Turned(DatabaseWay.Open));
        await RunAsync("silent", () => Turned(DatabaseWay.Silent), () => Turned(DatabaseWay.Open));
        await RunAsync("crowded", () => Turned(DatabaseWay.Crowded), () => Turned(DatabaseWay.Open));
        await RunAsync("answers lost", () => Turned(DatabaseWay.AnswersLost), () => Turned(DatabaseWay.Open));
        Assert.True(proxy!.CommitsUnanswered > 0);
        await RunAsync("read-only", () => SqlAsync(rig, $"ALTER DATABASE {rig.Database.Name} SET default_transaction_read_only = on", interrupt: true),
            () => SqlAsync(rig, $"ALTER DATABASE {rig.Database.Name} RESET default_transaction_read_only", interrupt: true));
        await RunAsync("disk full", () => SqlAsync(rig, Full), () => SqlAsync(rig, "DROP TRIGGER no_space ON ledger_entries; DROP FUNCTION no_space()"));
        await portal.StopAsync();

        Task Turned(DatabaseWay way)
        {
            proxy!.Turn(way);
            return Task.CompletedTask;
        }

        async Task RunAsync(string name, Func<Task> begin, Func<Task> end)
        {
            await using var load = CallLoad.Begin(rig.Address, rig.Secret);
            await load.ServedAsync(50, () => portal.HasExited);
            await begin();
            await Task.Delay(Length);
            await end();
            var back = TimeProvider.System.GetTimestamp();
            await load.EndAsync();
            var settled = await SettledAsync(rig, back, name, portal);
            AssertServed(name, load.Ends);
            AssertNone(name, await rig.CompareAsync(default, load.Ends));
            AssertNone(name, await rig.BudgetFaultsAsync());
            Tell($"{name} for {Length.TotalSeconds:0} s: {load.Ends.Count} calls, {load.Ends.Count(call => call.Status == 503)} refused, all settled {settled.TotalSeconds:0.0} s after the return, 0 lost, 0 double");
        }
    }

    [Fact]
    public async Task Outage_PortalKilledMeanwhile_NothingIsLostOrDoubled()
    {
        DatabaseProxy? proxy = null;
        await using var rig = await DurabilityRig.StartAsync(server =>
        {
            proxy = DatabaseProxy.Before(server, out var through);
            return through;
        });
        await using var between = proxy!;
        var ends = new List<CallEnd>();
        await using (var portal = rig.Portal())
        {
            Assert.True(await portal.ReadyAsync(), portal.Output);
            await using var load = CallLoad.Begin(rig.Address, rig.Secret);
            await load.ServedAsync(50, () => portal.HasExited);
            proxy!.Turn(DatabaseWay.Refused);
            await Task.Delay(Length);
            portal.Kill();
            await load.EndAsync();
            ends.AddRange(load.Ends);
        }

        var missing = rig.Upstream.Log.Count - await rig.Database.ScalarAsync<long>("SELECT count(*) FROM ledger_entries");
        Assert.True(missing > 0);
        await using (var early = rig.Portal())
        {
            // A start without its database ends, and says why; whoever runs it starts it again.
            await early.EndedAsync(SettleLimit);
            Assert.Equal(2, early.ExitCode);
            Assert.Contains("ConnectionStrings:Portal", early.Output, StringComparison.Ordinal);
        }

        proxy!.Turn(DatabaseWay.Open);
        await using (var portal = rig.Portal())
        {
            Assert.True(await portal.ReadyAsync(), portal.Output);
            AssertNone("killed meanwhile", await rig.CompareAsync(default, ends));
            AssertNone("killed meanwhile", await rig.BudgetFaultsAsync());
            await portal.StopAsync();
        }

        Tell($"killed in an outage of {Length.TotalSeconds:0} s: {missing} of {rig.Upstream.Log.Count} attempts were in the journal alone, 0 lost, 0 double");
    }

    [Fact]
    public async Task Outage_LongerThanTheJournalHolds_RefusesUntilTheDatabaseIsBack()
    {
        DatabaseProxy? proxy = null;
        await using var rig = await DurabilityRig.StartAsync(server =>
        {
            proxy = DatabaseProxy.Before(server, out var through);
            return through;
        });
        await using var between = proxy!;
        await using var portal = rig.Portal("--Portal:Journal:MaxMegabytes", "1");
        Assert.True(await portal.ReadyAsync(), portal.Output);
        using var http = new HttpClient { BaseAddress = rig.Address };
        var ends = new List<CallEnd>();
        await using (var load = CallLoad.Begin(rig.Address, rig.Secret, perSecond: 250))
        {
            await load.ServedAsync(20, () => portal.HasExited);
            proxy!.Turn(DatabaseWay.Refused);
            await Eventually.HoldsAsync(() => Task.FromResult(load.Ends.Count(call => call.Status == 503) >= 50), SettleLimit, () => "the journal never filled");

            using (var ready = await http.GetAsync("/health/ready"))
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
                var text = await ready.Content.ReadAsStringAsync();
                Assert.Contains("the journal is full", text, StringComparison.Ordinal);
                Assert.Contains("the database does not answer", text, StringComparison.Ordinal);
            }

            proxy!.Turn(DatabaseWay.Open);
            var back = TimeProvider.System.GetTimestamp();
            await Eventually.HoldsAsync(() => TakesCallsAsync(http), SettleLimit, () => portal.Output);
            await load.EndAsync();
            ends.AddRange(load.Ends);
            await SettledAsync(rig, back);
        }

        AssertServed("full", ends);
        Assert.Contains(ends, call => call.Status == 503);
        AssertNone("full", await rig.CompareAsync(default, ends));
        AssertNone("full", await rig.BudgetFaultsAsync());
        await portal.StopAsync();
    }

    private static async Task<bool> TakesCallsAsync(HttpClient http)
    {
        using var ready = await http.GetAsync("/health/ready");
        return ready.IsSuccessStatusCode;
    }

    /// <summary>Waits until the ledger has every attempt that the provider served.</summary>
    private static async Task<TimeSpan> SettledAsync(DurabilityRig rig, long since, string name = "", PortalChild? portal = null)
    {
        var entries = 0L;
        await Eventually.HoldsAsync(
            async () => (entries = await rig.Database.ScalarAsync<long>("SELECT count(*) FROM ledger_entries")) >= rig.Upstream.Log.Count,
            SettleLimit - TimeProvider.System.GetElapsedTime(since),
            () => $"{rig.Upstream.Log.Count - entries} of {rig.Upstream.Log.Count} attempts are not on the ledger {SettleLimit.TotalSeconds:0} s after the return ({name}) {portal?.Output}");
        return TimeProvider.System.GetElapsedTime(since);
    }

    /// <summary>Whole, or refused at once with a word on when to come again.</summary>
    private static void AssertServed(string name, IReadOnlyCollection<CallEnd> ends)
    {
        var odd = ends.Where(call => !(call.Whole || (call is { Status: 503, RetryAfter: not null } && call.Took < TimeSpan.FromSeconds(2)))).ToList();
        Assert.True(odd.Count == 0, $"{name}: {odd.Count} of {ends.Count} calls ended oddly, such as {odd.FirstOrDefault()}");
        Assert.Contains(ends, call => call.Whole);
    }

    private static void AssertNone(string name, IReadOnlyList<string> faults) =>
        Assert.True(faults.Count == 0, $"{name}: {string.Join(Environment.NewLine, faults.Take(20))}");

    private static async Task SqlAsync(DurabilityRig rig, string sql, bool interrupt = false)
    {
        await using var connection = new NpgsqlConnection(rig.Database.Superuser + ";Options=-c default_transaction_read_only=off");
        await connection.OpenAsync();
#pragma warning disable CA2100 // Texts of this test.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
        if (!interrupt) return;
        command.CommandText = $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{rig.Database.Name}' AND pid <> pg_backend_pid()";
        await command.ExecuteNonQueryAsync();
        rig.Database.Portal.System.Clear();
    }

    private void Tell(string line)
    {
        output.WriteLine(line);
        Console.WriteLine($"{TimeProvider.System.GetUtcNow():HH:mm:ss} {nameof(OutageTests)}: {line}");
    }
}
