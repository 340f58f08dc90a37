using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Core.Providers;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;

namespace AiPortal.Tests.Gateway.OpenAi;

/// <summary>Azure's paths of today, and those with a dated version that name the deployment.</summary>
[Collection(GatewayCollection.Name)]
public sealed class AzureAddressTests(GatewayHost gateway)
{
    [Theory]
    [InlineData("https://x.openai.azure.com", "https://x.openai.azure.com/openai/v1/chat/completions", "https://x.openai.azure.com/openai/v1/models")]
    [InlineData("https://x.openai.azure.com/openai/v1/", "https://x.openai.azure.com/openai/v1/chat/completions", "https://x.openai.azure.com/openai/v1/models")]
    [InlineData("https://x.openai.azure.com/openai?api-version=preview", "https://x.openai.azure.com/openai/v1/chat/completions?api-version=preview", "https://x.openai.azure.com/openai/v1/models?api-version=preview")]
    [InlineData("https://x.openai.azure.com?api-version=2024-10-21", "https://x.openai.azure.com/openai/deployments/our%20gpt/chat/completions?api-version=2024-10-21", "https://x.openai.azure.com/openai/models?api-version=2024-10-21")]
    [InlineData("https://x.openai.azure.com/openai/v1?api-version=2025-04-01-preview", "https://x.openai.azure.com/openai/deployments/our%20gpt/chat/completions?api-version=2025-04-01-preview", "https://x.openai.azure.com/openai/models?api-version=2025-04-01-preview")]
    public void Address_OfAResource_LeadsToItsPaths(string address, string chat, string models)
    {
        var root = ProviderKinds.Find("azure-openai")!.Root(address);

        Assert.Null(UpstreamAddress.FaultOf(address, "azure-openai"));
        Assert.Equal((chat, models), (root.At("chat/completions", "our gpt").AbsoluteUri, root.At("models").AbsoluteUri));
        Assert.Equal(root.NamesDeployments, root.At("responses/r1?a=b", "our gpt").Query == "?a=b&api-version=" + root.ApiVersion && root.ApiVersion![0] == '2');
    }

    [Theory]
    [InlineData("https://x.openai.azure.com?api-version=", "May have no query but")]
    [InlineData("https://x.openai.azure.com?api-version=2024-10-21&x=1", "May have no query but")]
    [InlineData("https://x.openai.azure.com?api-version=2024-10-21#a", "May have no query but")]
    [InlineData("https://x.openai.azure.com?sig=secret", "May have no query but")]
    [InlineData("https://x.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-10-21", "the resource's own address")]
    public void Address_OfMore_IsRefused(string address, string fault)
    {
        Assert.Contains(fault, UpstreamAddress.FaultOf(address, "azure-openai"), StringComparison.Ordinal);
        Assert.NotNull(UpstreamAddress.FaultOf(address));
        Assert.NotNull(UpstreamAddress.FaultOf("https://x.example.com?api-version=2024-10-21", "openai"));
    }

    [Fact]
    public async Task PrivateAddress_WithAVersion_IsStillRefused()
    {
        using var answer = await gateway.Portal.Admin.PostAsJsonAsync("/api/v1/providers", new { name = "inside", kind = "azure-openai", base_url = "http://169.254.169.254?api-version=2024-10-21", api_key = "k" });

        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains("base_url", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_AtADatedVersion_NamesTheDeploymentInThePath()
    {
        await using var azure = await FakeUpstream.StartAsync();
        var model = await gateway.AddModelAsync(null);
        azure.ForModel("our-deployment", FakeUpstreamReply.Plain("Hi", """{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}"""));
        await gateway.ChangeAsync<ProviderAccount>(row => row.Name == "account of " + model, row =>
            (row.Kind, row.BaseUrl, row.ModelMap) = ("azure-openai", new Uri(azure.BaseUrl, "/").AbsoluteUri + "?api-version=2024-10-21", new Dictionary<string, string> { [model] = "our-deployment" }));
        await gateway.AddPriceAsync(new Core.Catalog.PriceDraft { Name = model, Provider = "azure-openai", InputPrice = 2, OutputPrice = 8, UnitSize = 1_000_000, MaxOutput = 1000, ContextWindow = 100_000 });
        var (id, http) = await gateway.IssueKeyAsync();

        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat(model));

        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        Assert.Equal("Hi", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        var request = Assert.Single(azure.Requests);
        Assert.Equal(("/openai/deployments/our-deployment/chat/completions", "?api-version=2024-10-21"), (request.Path, request.Query));
        Assert.Equal((GatewayHost.UpstreamSecret, null), (request.Header("api-key"), request.Authorization));
        Assert.Equal(0.00006m, Assert.Single(await gateway.EntriesAsync(id, 1)).TotalCost);
    }
}
