using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Core.Keys;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Gateway.Gemini;

/// <summary>What the portal itself says under /v1beta.</summary>
[Collection(GeminiCollection.Name)]
public sealed class GeminiPortalTests(GeminiHost host)
{
    private const string Hello = """{"contents":[{"role":"user","parts":[{"text":"Hello"}]}]}""";

    [Fact]
    public async Task Key_InTheAddress_IsTakenAndStaysHere()
    {
        var model = await host.AddModelAsync(FakeGeminiReply.Text("Hi"));
        var (id, secret) = await host.Gateway.IssueSecretAsync();
        using var http = host.Gateway.Portal.Anonymous();
        using var answer = await http.PostAsync(GeminiHost.Path(model, stream: true) + "&key=" + secret, GeminiHost.Body(Hello));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        Assert.Equal("?alt=sse", (await host.EntryAsync(id)).Sent!.Query);
    }

    [Fact]
    public async Task Key_MissingOrTwo_RefusedInGooglesShape()
    {
        var (_, http) = await host.IssueAsync();
        using var anonymous = host.Gateway.Portal.Anonymous();
        using var none = await anonymous.PostAsync(GeminiHost.Path("m", stream: false), GeminiHost.Body(Hello));
        using var two = await http.PostAsync(GeminiHost.Path("m", stream: false) + "?key=" + VirtualKeyFormat.Generate(), GeminiHost.Body(Hello));
        await GeminiHost.AssertErrorAsync(none, 401, "UNAUTHENTICATED");
        await GeminiHost.AssertErrorAsync(two, 401, "UNAUTHENTICATED");
    }

    [Theory]
    [InlineData("models/none:generateContent", 404, "NOT_FOUND")]
    [InlineData("models/none:predict", 404, "NOT_FOUND")]
    [InlineData("corpora", 404, "NOT_FOUND")]
    [InlineData("models/none:streamGenerateContent?alt=proto", 400, "INVALID_ARGUMENT")]
    public async Task Route_UnknownOrModelUnknown_InGooglesShape(string path, int status, string word)
    {
        var (_, http) = await host.IssueAsync();
        using var answer = await http.PostAsync("/v1beta/" + path, GeminiHost.Body(Hello));
        await GeminiHost.AssertErrorAsync(answer, status, word);
    }

    [Fact]
    public async Task Body_Faulty_NamesTheField()
    {
        var model = await host.AddModelAsync(FakeGeminiReply.Text("never"));
        var (_, http) = await host.IssueAsync();
        using var answer = await http.PostAsync(GeminiHost.Path(model, stream: false), GeminiHost.Body("{\"contents\":[]}"));
        var error = await GeminiHost.AssertErrorAsync(answer, 400, "INVALID_ARGUMENT");
        Assert.Equal("contents", error.GetProperty("details").EnumerateArray().Single(detail => detail.TryGetProperty("fieldViolations", out _)).GetProperty("fieldViolations")[0].GetProperty("field").GetString());
    }

    [Fact]
    public async Task Models_ListedInPagesAndOneByOne()
    {
        var model = await host.AddModelAsync(FakeGeminiReply.Text("Hi"));
        var slashed = await host.AddModelAsync(FakeGeminiReply.Text("Hi"), "vendor/");
        var (_, http) = await host.IssueAsync();
        var names = new List<string>();
        for (string? token = ""; token is not null;)
        {
            var page = await http.GetFromJsonAsync<JsonElement>($"/v1beta/models?pageSize=2&pageToken={token}");
            names.AddRange(page.GetProperty("models").EnumerateArray().Select(entry => entry.GetProperty("name").GetString()!));
            token = page.TryGetProperty("nextPageToken", out var next) ? next.GetString() : null;
        }

        Assert.Contains("models/" + model, names);
        Assert.Equal(names.Distinct(), names);
        var one = await http.GetFromJsonAsync<JsonElement>("/v1beta/models/" + slashed);
        Assert.Equal(("models/" + slashed, 60_000), (one.GetProperty("name").GetString(), one.GetProperty("outputTokenLimit").GetInt32()));
        using var called = await http.PostAsync(GeminiHost.Path(slashed.Replace("/", "%2F", StringComparison.Ordinal), stream: false), GeminiHost.Body(Hello));
        Assert.True(called.IsSuccessStatusCode, await called.Content.ReadAsStringAsync());
        await GeminiHost.AssertErrorAsync(await http.GetAsync("/v1beta/models/none"), 404, "NOT_FOUND");
    }

    [Fact]
    public async Task Provider_Tested_ByGooglesOwnList()
    {
        var model = await host.AddModelAsync(FakeGeminiReply.Text("Hi"));
        var created = await host.Gateway.Portal.Admin.PostAsJsonAsync("/api/v1/providers", new { name = "tested " + model, kind = "gemini", base_url = host.Google.BaseUrl.ToString(), api_key = Http.GatewayHost.UpstreamSecret, allow_private = true });
        var id = (await created.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        var good = await (await host.Gateway.Portal.Admin.PostAsync($"/api/v1/providers/{id}/test", null)).Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(good.GetProperty("ok").GetBoolean(), good.GetRawText());
        Assert.Contains(model, good.GetProperty("models").EnumerateArray().Select(name => name.GetString()));

        await host.Gateway.Portal.Admin.PatchAsJsonAsync($"/api/v1/providers/{id}", new { api_key = "wrong" });
        var bad = await (await host.Gateway.Portal.Admin.PostAsync($"/api/v1/providers/{id}/test", null)).Content.ReadFromJsonAsync<JsonElement>();
        Assert.False(bad.GetProperty("ok").GetBoolean());
        Assert.Contains("API_KEY_INVALID", bad.GetProperty("error").GetString(), StringComparison.Ordinal);
        await host.Gateway.Portal.Admin.DeleteAsync($"/api/v1/providers/{id}");
    }
}
