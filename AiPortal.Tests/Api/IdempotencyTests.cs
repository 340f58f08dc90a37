using System.Net;
using AiPortal.Tests.Fixtures;
using Npgsql;
using Xunit;

namespace AiPortal.Tests.Api;

public sealed class IdempotencyTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Post_SameKeyAndBody_ReplaysTheFirstAnswer()
    {
        var first = await host.Admin.PostApiAsync("/teams", new { name = "Once" }, "once-1");
        var second = await host.Admin.PostApiAsync("/teams", new { name = "Once" }, "once-1");

        Assert.Equal(HttpStatusCode.Created, second.Status);
        Assert.Equal(first.Json.ToString(), second.Json.ToString());
        Assert.Equal("true", second.Response.Headers.GetValues("Idempotency-Replayed").Single());
        Assert.Single((await host.Admin.GetApiAsync("/teams?name=Once")).Data);
    }

    [Fact]
    public async Task Post_SameKeyOtherBody_IsRefused()
    {
        await host.Admin.PostApiAsync("/teams", new { name = "One" }, "mismatch-1");
        var other = await host.Admin.PostApiAsync("/teams", new { name = "Two" }, "mismatch-1");
        var elsewhere = await host.Admin.PostApiAsync("/projects", new { name = "One" }, "mismatch-1");

        Assert.Equal((HttpStatusCode.Conflict, "idempotency_mismatch"), (other.Status, other.Code));
        Assert.Equal((HttpStatusCode.Conflict, "idempotency_mismatch"), (elsewhere.Status, elsewhere.Code));
        Assert.Empty((await host.Admin.GetApiAsync("/teams?name=Two")).Data);
    }

    [Fact]
    public async Task Post_SameKeyOfAnotherCaller_IsAnotherRequest()
    {
        using var other = await host.MemberAsync("administrator");
        var mine = await host.Admin.PostApiAsync("/teams", new { name = "Mine" }, "shared-1");
        var his = await other.PostApiAsync("/teams", new { name = "His" }, "shared-1");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (mine.Status, his.Status));
    }

    [Fact]
    public async Task Post_ManyAtOnceWithOneKey_TakesEffectOnce()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(_ => host.Admin.PostApiAsync("/organizations", new { name = "Storm" }, "storm-1")));

        Assert.Single(answers.Where(a => a.Status == HttpStatusCode.Created).Select(a => a.Id).Distinct());
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.Created), a =>
        {
            Assert.Equal((HttpStatusCode.Conflict, "idempotency_in_progress"), (a.Status, a.Code));
            Assert.NotNull(a.Response.Headers.RetryAfter);
        });
        Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT count(*) FROM organizations WHERE name = 'Storm'"));
    }

    [Fact]
    public async Task Post_RefusedBody_MayBeTriedAgainAfterItCouldNotBeRead()
    {
        var broken = await host.Admin.PostApiAsync("/teams", "{", "broken-1");
        var mended = await host.Admin.PostApiAsync("/teams", new { name = "Mended" }, "broken-1");

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.Created), (broken.Status, mended.Status));
    }

    [Fact]
    public async Task Post_AnswerWithASecret_IsNotStoredInClear()
    {
        var invited = await host.Admin.PostApiAsync("/members", new { email = "sealed@example.com", name = "Sealed" }, "sealed-1");
        var token = invited.Text("invitation_url")!.Split("token=")[1];
        var again = await host.Admin.PostApiAsync("/members", new { email = "sealed@example.com", name = "Sealed" }, "sealed-1");
        var stored = await host.Database.ScalarAsync<byte[]>("SELECT body FROM idempotent_answers WHERE key = 'sealed-1'");

        Assert.Equal(invited.Text("invitation_url"), again.Text("invitation_url"));
        Assert.DoesNotContain(token, System.Text.Encoding.Latin1.GetString(stored), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_ThatFailedOnOurSide_ShowsAReferenceOnlyAndIsNotRepeated()
    {
        await using var superuser = new NpgsqlConnection(host.Database.Superuser);
        await superuser.OpenAsync();
        await ExecuteAsync(superuser, "ALTER TABLE environments RENAME TO environments_away");
        var failed = await host.Admin.PostApiAsync("/environments", new { name = "Production" }, "failed-1");
        await ExecuteAsync(superuser, "ALTER TABLE environments_away RENAME TO environments");
        var again = await host.Admin.PostApiAsync("/environments", new { name = "Production" }, "failed-1");

        Assert.Equal((HttpStatusCode.InternalServerError, "internal_error"), (failed.Status, failed.Code));
        Assert.Equal(["code", "detail", "reference", "status", "title"], failed.Json.EnumerateObject().Select(member => member.Name).Order());
        Assert.DoesNotContain("environments", failed.Text("detail")!, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Conflict, "idempotency_interrupted"), (again.Status, again.Code));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // Written above.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    [Theory]
    [InlineData("with blank")]
    [InlineData("clé")]
    public async Task Post_UnusableKey_IsRefused(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/teams") { Content = new StringContent("""{"name":"x"}""") };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", Uri.UnescapeDataString(key.Replace("é", "%7F", StringComparison.Ordinal)));
        using var answer = await host.Admin.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }
}
