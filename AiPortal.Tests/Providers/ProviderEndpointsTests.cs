using System.Net;
using System.Text;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Xunit;

namespace AiPortal.Tests.Providers;

public sealed class ProviderEndpointsTests(PortalHost host) : IClassFixture<PortalHost>
{
    private const string Secret = "sk-very-secret-key-x7Qp";

    private static string Unique(string name) => $"{name} {Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";

    private Task<ApiAnswer> AddAsync(string name, string baseUrl = "http://127.0.0.1:9/v1") =>
        host.Admin.PostApiAsync("/providers", new { name = Unique(name), kind = "openai-compatible", base_url = baseUrl, api_key = Secret, allow_private = true });

    [Fact]
    public async Task Create_Credential_IsSealedAndOnlyHintedAt()
    {
        var made = await AddAsync("Sealed");
        var read = await host.Admin.GetApiAsync($"/providers/{made.Id}");
        var audit = await host.Admin.GetApiAsync($"/audit?subject={made.Id}");
        var cipher = await host.Database.ScalarAsync<byte[]>("SELECT api_key_cipher FROM providers WHERE id = $1", made.Id);

        Assert.Equal((HttpStatusCode.Created, "x7Qp"), (made.Status, made.Text("api_key_hint")));
        Assert.All([made.Json.ToString(), read.Json.ToString(), audit.Json.ToString(), Encoding.Latin1.GetString(cipher)],
            text => Assert.DoesNotContain("very-secret", text, StringComparison.Ordinal));
        Assert.Single(audit.Data);
    }

    [Fact]
    public async Task Create_Preset_BringsItsAddress()
    {
        var made = await host.Admin.PostApiAsync("/providers", new { name = Unique("Preset"), kind = "groq", api_key = Secret });

        Assert.Equal("https://api.groq.com/openai/v1", made.Text("base_url"));
        Assert.Equal((1, 0, true, false), (made.Json.GetProperty("weight").GetInt32(), made.Json.GetProperty("priority").GetInt32(),
            made.Json.GetProperty("enabled").GetBoolean(), made.Json.GetProperty("allow_private").GetBoolean()));
    }

    [Theory]
    [InlineData("""{"name":"x","kind":"nonsense"}""", "kind")]
    [InlineData("""{"name":"x"}""", "kind")]
    [InlineData("""{"name":"x","kind":"openai-compatible"}""", "base_url")]
    [InlineData("""{"name":"x","kind":"sandbox","base_url":"https://example.com"}""", "base_url")]
    [InlineData("""{"name":"x","kind":"openai","api_key":"two\nlines"}""", "api_key")]
    [InlineData("""{"name":"x","kind":"openai","weight":0}""", "weight")]
    [InlineData("""{"name":"x","kind":"openai","priority":-1}""", "priority")]
    [InlineData("""{"name":"x","kind":"openai","models":[1]}""", "models[0]")]
    [InlineData("""{"name":"x","kind":"openai","models":"gpt"}""", "models")]
    [InlineData("""{"name":"x","kind":"openai","model_map":{"a":2}}""", "model_map.a")]
    [InlineData("""{"name":"x","kind":"openai","modelmap":{}}""", "modelmap")]
    public async Task Create_BadMember_IsRefusedByName(string json, string field)
    {
        var answer = await host.Admin.PostApiAsync("/providers", json);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal([field], answer.Fields);
    }

    [Theory]
    [InlineData("ftp://example.com/v1", true)]
    [InlineData("example.com/v1", true)]
    [InlineData("https://user:password@example.com/v1", true)]
    [InlineData("https://example.com/v1?key=1", true)]
    [InlineData("https://example.com/v1#part", true)]
    [InlineData("http://127.0.0.1:9/v1", false)]
    [InlineData("http://localhost:9/v1", false)]
    [InlineData("http://2130706433/v1", false)]
    [InlineData("http://[::ffff:127.0.0.1]/v1", false)]
    [InlineData("http://10.1.2.3/v1", true)]
    [InlineData("http://192.168.0.1/v1", true)]
    [InlineData("http://169.254.169.254/latest", true)]
    [InlineData("http://[fe80::1]/v1", true)]
    [InlineData("http://[fd00:ec2::254]/v1", true)]
    [InlineData("http://168.63.129.16/v1", true)]
    [InlineData("http://100.100.100.200/v1", true)]
    [InlineData("http://[2002:a9fe:a9fe::1]/v1", true)]
    [InlineData("http://0.0.0.0/v1", true)]
    [InlineData("http://[64:ff9b::a9fe:a9fe]/v1", true)]
    public async Task Create_AddressNotAllowed_IsRefused(string url, bool allowPrivate)
    {
        var answer = await host.Admin.PostApiAsync("/providers", new { name = "x", kind = "openai-compatible", base_url = url, allow_private = allowPrivate });

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(["base_url"], answer.Fields);
    }

    [Fact]
    public async Task Put_WhatGetAnswered_KeepsTheCredential()
    {
        var made = await AddAsync("Round trip");
        var read = await host.Admin.GetApiAsync($"/providers/{made.Id}");
        var put = await host.Admin.CallAsync(HttpMethod.Put, $"/providers/{made.Id}", read.Json);
        var patched = await host.Admin.PatchApiAsync($"/providers/{made.Id}", new { models = new[] { "a", "b" }, model_map = new { fast = "a" }, enabled = false });

        Assert.Equal(HttpStatusCode.OK, put.Status);
        Assert.Equal(("x7Qp", "a", false), (patched.Text("api_key_hint"), patched.Json.GetProperty("model_map").GetProperty("fast").GetString(), patched.Json.GetProperty("enabled").GetBoolean()));
    }

    [Fact]
    public async Task Change_AddressWithoutCredential_IsRefused()
    {
        var made = await AddAsync("Stolen");
        var moved = await host.Admin.PatchApiAsync($"/providers/{made.Id}", new { base_url = "http://127.0.0.1:10/v1" });
        var kind = await host.Admin.PatchApiAsync($"/providers/{made.Id}", new { kind = "groq" });
        var again = await host.Admin.PatchApiAsync($"/providers/{made.Id}", new { base_url = "http://127.0.0.1:10/v1", api_key = "sk-another-secret-9999" });

        Assert.All([moved, kind], answer => Assert.Equal(["api_key"], answer.Fields));
        Assert.Equal(("http://127.0.0.1:10/v1", "9999"), (again.Text("base_url"), again.Text("api_key_hint")));
    }

    [Fact]
    public async Task Delete_WipesTheCredential()
    {
        var made = await AddAsync("Gone");
        var removed = await host.Admin.DeleteApiAsync($"/providers/{made.Id}");

        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NotFound), (removed.Status, (await host.Admin.GetApiAsync($"/providers/{made.Id}")).Status));
        Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT count(*) FROM providers WHERE id = $1 AND api_key_cipher IS NULL AND deleted_at IS NOT NULL", made.Id));
    }

    [Fact]
    public async Task OfAnotherOrganization_DoesNotExist()
    {
        var (stranger, organization) = await host.StrangerAsync();
        using var client = stranger;
        var his = await stranger.PostApiAsync("/providers", new { name = "His", kind = "sandbox" });
        ApiAnswer[] answers =
        [
            await host.Admin.GetApiAsync($"/providers/{his.Id}"),
            await host.Admin.PatchApiAsync($"/providers/{his.Id}", new { enabled = false }),
            await host.Admin.DeleteApiAsync($"/providers/{his.Id}"),
            await host.Admin.PostApiAsync($"/providers/{his.Id}/test", null),
            await host.Admin.PostApiAsync($"/providers/{his.Id}/sync", null),
            await host.Admin.GetApiAsync($"/providers?organization_id={organization}"),
            await host.Admin.PostApiAsync("/providers", new { name = "Planted", kind = "sandbox", organization_id = organization }),
        ];

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.NotFound, answer.Status));
        Assert.True((await stranger.GetApiAsync($"/providers/{his.Id}")).Json.GetProperty("enabled").GetBoolean());
    }

    [Fact]
    public async Task Manager_ReadsButDoesNotChangeOrTest()
    {
        using var manager = await host.MemberAsync("manager");
        var made = await AddAsync("Looked at");
        var read = await manager.GetApiAsync($"/providers/{made.Id}");
        ApiAnswer[] refused =
        [
            await manager.PatchApiAsync($"/providers/{made.Id}", new { enabled = false }),
            await manager.DeleteApiAsync($"/providers/{made.Id}"),
            await manager.PostApiAsync($"/providers/{made.Id}/test", null),
            await manager.PostApiAsync("/providers", new { name = "Sneaky", kind = "sandbox" }),
        ];
        var denials = await host.Admin.GetApiAsync("/audit?subject_type=provider&allowed=false");

        Assert.Equal(HttpStatusCode.OK, read.Status);
        Assert.All(refused, answer => Assert.Equal(HttpStatusCode.Forbidden, answer.Status));
        Assert.Equal(["provider.create", "provider.delete", "provider.test", "provider.update"],
            denials.Data.Select(row => row.GetProperty("action").GetString()).Distinct().Order());
    }
}
