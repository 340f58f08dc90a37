using System.Net;
using AiPortal.Core.Keys;
using AiPortal.Core.Tenancy;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>Limits of a user, a team and the organization lie over all their keys; a call that one refuses counts at none.</summary>
public sealed class RateScopeTests(GatewayHost gateway) : IClassFixture<GatewayHost>
{
    private static readonly string[] Figures = ["limit-requests", "remaining-requests"];

    [Fact]
    public async Task Team_TwoKeys_ShareItsRequests()
    {
        var team = await gateway.Portal.Admin.PostApiAsync("/teams", new { name = "Readers", rate_limit = new { rpm = 3 } });
        Assert.Equal(3, team.Json.GetProperty("rate_limit").GetProperty("rpm").GetInt32());
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(10, 5)));
        var (_, one) = await gateway.IssueKeyAsync(new KeyDraft { Name = "one", TeamId = team.Id, Rpm = 100 });
        var (_, two) = await gateway.IssueKeyAsync(new KeyDraft { Name = "two", TeamId = team.Id });

        Assert.Equal(HttpStatusCode.OK, (await CallAsync(one, model)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(two, model)).StatusCode);
        using var third = await CallAsync(one, model);
        using var fourth = await CallAsync(two, model);

        // The team leaves less than the key does.
        Assert.Equal(["3", "0"], Figures.Select(name => Header(third, name)));
        var error = await GatewayHost.AssertErrorAsync(fourth, 429, "rate_limit_error", "rate_limit_exceeded");
        Assert.Contains("the team 'Readers'", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("requests per minute", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.InRange(fourth.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal(["3", "0"], Figures.Select(name => Header(fourth, name)));

        var raised = await gateway.Portal.Admin.PatchApiAsync($"/teams/{team.Id}", new { rate_limit = new { rpm = 4 } });
        Assert.Equal(HttpStatusCode.OK, raised.Status);
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(two, model)).StatusCode);
        await gateway.Portal.Admin.PatchApiAsync($"/teams/{team.Id}", "{\"rate_limit\":null}");
        using var free = await CallAsync(two, model);
        Assert.Equal(HttpStatusCode.OK, free.StatusCode);
        Assert.False(free.Headers.Contains("x-ratelimit-limit-requests"));
    }

    [Fact]
    public async Task Refusal_OfTheWiderScope_CountsAtNoneOfThem()
    {
        var team = await gateway.Portal.Admin.PostApiAsync("/teams", new { name = "Narrow", rate_limit = new { rpm = 1 } });
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(10, 5)));
        var (_, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "k", TeamId = team.Id, Rpm = 3 });
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(http, model)).StatusCode);
        for (var i = 0; i < 5; i++) Assert.Equal(HttpStatusCode.TooManyRequests, (await CallAsync(http, model)).StatusCode);

        await gateway.Portal.Admin.PatchApiAsync($"/teams/{team.Id}", new { rate_limit = new { rpm = 100 } });

        Assert.Equal(HttpStatusCode.OK, (await CallAsync(http, model)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(http, model)).StatusCode);
        using var over = await CallAsync(http, model);
        Assert.Contains("the key 'k'", await over.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task User_Concurrency_HoldsOverAllHisKeys()
    {
        var added = await gateway.Portal.Admin.PostApiAsync("/members", new
        {
            email = "ada@example.com",
            name = "Ada",
            role = "member",
            password = "a-long-enough-secret",
            rate_limit = new { concurrency = 1 },
        });
        var user = added.Json.GetProperty("user_id").GetGuid();
        var gate = new FakeUpstreamGate();
        var model = await gateway.AddModelAsync(FakeUpstreamReply.StallBeforeHeaders(gate, FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(10, 5))));
        var quick = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(10, 5)));
        var (_, one) = await gateway.IssueKeyAsync(new KeyDraft { Name = "one", OwnerUserId = user });
        var (_, two) = await gateway.IssueKeyAsync(new KeyDraft { Name = "two", OwnerUserId = user });

        var first = CallAsync(one, model);
        await gate.Reached.WaitAsync(TimeSpan.FromSeconds(20));
        using var second = await CallAsync(two, quick);
        gate.Release();
        using var served = await first;

        var error = await GatewayHost.AssertErrorAsync(second, 429, "rate_limit_error", "rate_limit_exceeded");
        Assert.Contains("the user 'Ada' reached: calls at a time, limit 1", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(1), second.Headers.RetryAfter!.Delta);
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        await GatewayHost.UntilAsync(async () => (await CallAsync(two, quick)).StatusCode == HttpStatusCode.OK, () => "the place is not given back");
    }

    [Fact]
    public async Task Organization_Burst_AdmitsExactlyItsLimit()
    {
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(10, 5)));
        var keys = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => gateway.IssueKeyAsync(new KeyDraft { Name = $"burst {i}", Concurrency = 1000 })));
        // What other tests of this class called counts, too.
        await gateway.ChangeAsync<Organization>(row => row.Id == gateway.Portal.OrganizationId, row => row.Rpm = 1_000_000);
        using var before = await CallAsync(keys[0].Client, model);
        var used = 1_000_000 - int.Parse(Header(before, "remaining-requests"), System.Globalization.CultureInfo.InvariantCulture);
        await gateway.ChangeAsync<Organization>(row => row.Id == gateway.Portal.OrganizationId, row => row.Rpm = used + 40);
        try
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 120).Select(i => CallAsync(keys[i % 8].Client, model)));
            Assert.Equal(40, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
            Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.TooManyRequests, $"{answer.StatusCode}"));
        }
        finally
        {
            await gateway.ChangeAsync<Organization>(row => row.Id == gateway.Portal.OrganizationId, row => row.Rpm = null);
        }
    }

    [Theory]
    [InlineData("{\"rate_limit\":{\"rpm\":0}}", "rate_limit.rpm")]
    [InlineData("{\"rate_limit\":{\"tpm\":-1}}", "rate_limit.tpm")]
    [InlineData("{\"rate_limit\":{\"concurrency\":1.5}}", "rate_limit.concurrency")]
    [InlineData("{\"rate_limit\":{\"rps\":1}}", "rate_limit.rps")]
    public async Task Limits_OfAnOrganization_AreChecked(string body, string field)
    {
        var changed = await gateway.Portal.Admin.PatchApiAsync($"/organizations/{gateway.Portal.OrganizationId}", body);
        Assert.True(changed.Status == HttpStatusCode.UnprocessableEntity || changed.Status == HttpStatusCode.BadRequest, changed.Json.ToString());
        Assert.Equal([field], changed.Fields);
    }

    [Fact]
    public async Task Limits_OfTheOrganization_AreReadBack()
    {
        var path = $"/organizations/{gateway.Portal.OrganizationId}";
        var changed = await gateway.Portal.Admin.PatchApiAsync(path, new { rate_limit = new { tpm = 2_000_000, concurrency = 500 } });
        var read = (await gateway.Portal.Admin.GetApiAsync(path)).Json.GetProperty("rate_limit");
        var put = await gateway.Portal.Admin.PatchApiAsync(path, changed.Json.ToString());

        Assert.Equal("{\"rpm\":null,\"tpm\":2000000,\"concurrency\":500}", read.ToString());
        Assert.Equal(HttpStatusCode.OK, put.Status);
        await gateway.Portal.Admin.PatchApiAsync(path, "{\"rate_limit\":null}");
    }

    private static Task<HttpResponseMessage> CallAsync(HttpClient http, string model) => http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model, maxTokens: 10));

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.GetValues("x-ratelimit-" + name).Single();
}
