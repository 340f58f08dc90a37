using System.Globalization;
using AiPortal.Core.Access;
using AiPortal.Core.Bodies;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Bodies;

public sealed class BodyRetentionTests(GatewayHost gateway) : IClassFixture<GatewayHost>
{
    [Fact]
    public async Task Days_WhollyExpired_AreDroppedAndMoneyStays()
    {
        var (key, client) = await gateway.IssueKeyAsync();
        var brief = await CallAsync(client, days: 1);
        var lasting = await CallAsync(client, days: 30);
        await gateway.EntriesAsync(key, 2);
        var store = gateway.Portal.Services.GetRequiredService<BodyStore>();

        await new KeepBodyDays(store, After(days: 1)).RunAsync(default);
        Assert.Equal(2, await CountAsync(brief, lasting));
        await new KeepBodyDays(store, After(days: 2)).RunAsync(default);
        Assert.Equal(1, await CountAsync(brief, lasting));
        Assert.Equal(1, await CountAsync(lasting));
        await new KeepBodyDays(store, After(days: 31)).RunAsync(default);
        Assert.Equal(0, await CountAsync(brief, lasting));

        Assert.Equal(2, (await gateway.EntriesAsync(key, 2)).Count);
        Assert.Empty(await gateway.VerifyAsync());
    }

    [Fact]
    public async Task Read_AfterItsTime_FindsNothing_AndAShorterRetentionCountsAtOnce()
    {
        var (_, client) = await gateway.IssueKeyAsync();
        var call = await CallAsync(client, days: 10);

        Assert.False((await ReadAsync(call, After(days: 9))).IsRefused);
        Assert.Equal(RefusalKind.NotFound, (await ReadAsync(call, After(days: 10))).Refusal?.Kind);
        await gateway.KeepBodiesAsync(new { body_retention_days = 5 });
        Assert.False((await ReadAsync(call, After(days: 4))).IsRefused);
        Assert.Equal(RefusalKind.NotFound, (await ReadAsync(call, After(days: 5))).Refusal?.Kind);
        await gateway.KeepBodiesAsync(new { body_retention_days = 100 });
        Assert.Equal(RefusalKind.NotFound, (await ReadAsync(call, After(days: 10))).Refusal?.Kind);
    }

    [Fact]
    public async Task Off_StopsKeeping_AndWhatWasKeptStaysReadableForItsTime()
    {
        var (key, client) = await gateway.IssueKeyAsync();
        var kept = await CallAsync(client, days: 10);
        await gateway.KeepBodiesAsync(new { body_logging = "off" });
        var unkept = await gateway.CallAsync(client, "Hello", FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(3, 2)));
        await gateway.CallsAsync(key, 2);

        Assert.False((await ReadAsync(kept, TimeProvider.System)).IsRefused);
        Assert.Equal(0, await CountAsync(unkept));
    }

    [Fact]
    public async Task Job_MakesTheDaysAheadReady()
    {
        await gateway.KeepBodiesAsync(new { body_logging = "on", body_retention_days = 200 });
        await gateway.Portal.Services.GetRequiredService<KeepBodyDays>().RunAsync(default);

        var last = TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddDays(202).ToString("yyyy_MM_dd", CultureInfo.InvariantCulture);
        Assert.True(await gateway.Portal.Database.ScalarAsync<bool>($"SELECT to_regclass('call_bodies_{last}') IS NOT NULL"));
    }

    private static ShiftedClock After(int days) => new(TimeSpan.FromDays(days));

    private async Task<Guid> CallAsync(HttpClient client, int days)
    {
        await gateway.KeepBodiesAsync(new { body_logging = "on", body_retention_days = days });
        var call = await gateway.CallAsync(client, "Hello", FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(3, 2)));
        await gateway.KeptAsync(call);
        return call;
    }

    private async Task<int> CountAsync(params Guid[] calls) =>
        (int)await gateway.Portal.Database.ScalarAsync<long>("SELECT count(*) FROM call_bodies WHERE id = ANY($1)", calls);

    private async Task<Outcome<CallBody>> ReadAsync(Guid call, TimeProvider clock)
    {
        var services = gateway.Portal.Services;
        return await new ReadCallBody(services.GetRequiredService<ChangeGate>(), services.GetRequiredService<SecretVault>(), clock)
            .RunAsync(await gateway.ActorAsync(), gateway.Portal.OrganizationId, call);
    }

    private sealed class ShiftedClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
