using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Tests.Gateway.Http;

namespace AiPortal.Tests.Gateway.Conformance;

/// <summary>An account of each dialect is proven by the vendor's own list of models.</summary>
[Collection(ConformanceCollection.Name)]
public sealed class AccountTests(ConformanceHost host)
{
    [Theory]
    [InlineData("openai")]
    [InlineData("azure-openai")]
    [InlineData("anthropic")]
    [InlineData("gemini")]
    public async Task Connection_Tested_ListsTheModelsAndSeesAWrongCredential(string dialectOut)
    {
        var dialect = host.DialectsOut.Single(each => each.Name == dialectOut);
        dialect.Script(new Reply { Text = ["Hi"] }, stream: false);
        var admin = host.Gateway.Portal.Admin;
        using var created = await admin.PostAsJsonAsync("/api/v1/providers", new { name = "tested " + dialectOut, kind = dialect.Kind, base_url = dialect.BaseUrl.ToString(), api_key = GatewayHost.UpstreamSecret, allow_private = true });
        Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync());
        var id = (await created.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();

        var good = await TestAsync(id);
        Assert.True(good.GetProperty("ok").GetBoolean(), good.GetRawText());
        Assert.Contains(dialect.Model, good.GetProperty("models").EnumerateArray().Select(model => model.GetString()));

        using var changed = await admin.PatchAsJsonAsync($"/api/v1/providers/{id}", new { api_key = "wrong" });
        Assert.True(changed.IsSuccessStatusCode, await changed.Content.ReadAsStringAsync());
        var bad = await TestAsync(id);
        Assert.False(bad.GetProperty("ok").GetBoolean());
        Assert.Contains("refuses the credential", bad.GetProperty("error").GetString(), StringComparison.Ordinal);
        await admin.DeleteAsync($"/api/v1/providers/{id}");
    }

    private async Task<JsonElement> TestAsync(Guid id) =>
        await (await host.Gateway.Portal.Admin.PostAsync($"/api/v1/providers/{id}/test", null)).Content.ReadFromJsonAsync<JsonElement>();
}
