using System.Net;
using AiPortal.Core.Alerts;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AiPortal.Tests.Gateway.Nodes;

/// <summary>Pages that are open on one node hear of what was done on the other.</summary>
public sealed class TwoNodeSignalTests(TwoNodes nodes) : IClassFixture<TwoNodes>
{
    [Fact]
    public async Task BudgetRequest_AskedAndDecidedOnOneNode_IsNoticedOnTheOther()
    {
        var budget = (await nodes.First.Admin.PostApiAsync("/cost/quotas", new { quota_type = "organization", total_quota = 10, period_type = "monthly", action = "approval" })).Id;
        var heard = 0;
        using var open = nodes.Second.Services.GetRequiredService<LiveSignals>().Subscribe(LedgerSignals.Topic(nodes.First.OrganizationId), () => Interlocked.Increment(ref heard));

        using var member = await nodes.First.MemberAsync("member");
        var asked = await member.PostApiAsync($"/cost/quotas/{budget}/requests", new { amount = 25, reason = "The launch" });
        await HeardAsync(1);
        Assert.Equal("open", Assert.Single((await nodes.Second.Admin.GetApiAsync($"/cost/quotas/{budget}/requests?status=open")).Data).GetProperty("status").GetString());
        var granted = await nodes.First.Admin.PostApiAsync($"/cost/quotas/{budget}/requests/{asked.Id}/grant", null);
        await HeardAsync(2);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (asked.Status, granted.Status));

        Task HeardAsync(int times) => Eventually.HoldsAsync(() => Task.FromResult(Volatile.Read(ref heard) >= times), TimeSpan.FromSeconds(5), () => $"heard {heard} of {times}");
    }

    [Fact]
    public async Task Alert_RaisedByACallOnOneNode_IsNoticedOnTheOther()
    {
        var model = await nodes.AddFixedModelAsync(0.9m);
        var (_, secret) = await nodes.IssueAsync(TwoNodes.Dollar());
        var heard = 0;
        using var open = nodes.Second.Services.GetRequiredService<LiveSignals>().Subscribe(AlertBook.Topic(nodes.First.OrganizationId), () => Interlocked.Increment(ref heard));
        using var first = TwoNodes.Client(nodes.First, secret);
        Assert.Equal(HttpStatusCode.OK, (await TwoNodes.CallAsync(first, model)).Status);
        await Eventually.HoldsAsync(() => Task.FromResult(Volatile.Read(ref heard) > 0), TimeSpan.FromSeconds(10), () => "nothing was heard of the warning at 90 %");
    }
}
