using System.Net;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AiPortal.Tests.Providers;

/// <summary><c>POST /providers/{id}/test</c> and <c>/sync</c> against a vendor on a port of its own.</summary>
public sealed class ProviderTestTests(PortalHost host) : IClassFixture<PortalHost>
{
    private const string Secret = "sk-very-secret-key-x7Qp";

    [Fact]
    public async Task Test_VendorThatKnowsTheKey_TellsItsModels()
    {
        await using var vendor = await VendorAsync(http => http.Request.Path == "/v1/models" && http.Request.Headers.Authorization == "Bearer " + Secret
            ? http.Response.WriteAsync("""{"data":[{"id":"beta"},{"id":"alpha"},{"id":"alpha"},{"no":"id"}]}""")
            : Status(http, 401));
        var id = await AccountAsync(vendor);
        var tested = await host.Admin.PostApiAsync($"/providers/{id}/test", null);
        var read = await host.Admin.GetApiAsync($"/providers/{id}");

        Assert.True(tested.Json.GetProperty("ok").GetBoolean());
        Assert.Equal(["alpha", "beta"], tested.Json.GetProperty("models").EnumerateArray().Select(m => m.GetString()));
        Assert.True(tested.Json.GetProperty("latency_ms").GetInt32() >= 0);
        Assert.True(read.Json.GetProperty("test_ok").GetBoolean());
    }

    [Theory]
    [InlineData(401, "", "credential")]
    [InlineData(302, "", "redirect")]
    [InlineData(500, "", "500")]
    [InlineData(200, "<html>", "not JSON")]
    [InlineData(200, "[]", "not a list of models")]
    public async Task Test_VendorThatFails_SaysWhyWithoutItsSecrets(int status, string body, string words)
    {
        await using var vendor = await VendorAsync(http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = "http://169.254.169.254/";
            return http.Response.WriteAsync(body);
        });
        var tested = await host.Admin.PostApiAsync($"/providers/{await AccountAsync(vendor)}/test", null);

        Assert.Equal(HttpStatusCode.OK, tested.Status);
        Assert.False(tested.Json.GetProperty("ok").GetBoolean());
        Assert.Contains(words, tested.Text("error")!, StringComparison.Ordinal);
        Assert.DoesNotContain("very-secret", tested.Json.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_NobodyListens_SaysSo()
    {
        var vendor = await VendorAsync(http => Status(http, 200));
        var id = await AccountAsync(vendor);
        await vendor.DisposeAsync();
        var tested = await host.Admin.PostApiAsync($"/providers/{id}/test", null);

        Assert.Contains("cannot be reached", tested.Text("error")!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_AddressNoLongerAllowed_IsRefusedAtConnecting()
    {
        await using var vendor = await VendorAsync(http => http.Response.WriteAsync("""{"data":[]}"""));
        var id = await AccountAsync(vendor);
        // As if the name had been public when it was saved.
        await host.Database.ExecuteAsync("UPDATE providers SET allow_private = false WHERE id = $1", id);
        var tested = await host.Admin.PostApiAsync($"/providers/{id}/test", null);

        Assert.Contains("not allowed", tested.Text("error")!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sync_TakesOverTheModelsAndTheNamesOfTheMap()
    {
        await using var vendor = await VendorAsync(http => http.Response.WriteAsync("""{"data":[{"id":"alpha"},{"id":"beta"}]}"""));
        var id = await AccountAsync(vendor);
        await host.Admin.PatchApiAsync($"/providers/{id}", new { models = new[] { "old", "alpha" }, model_map = new { fast = "alpha", lost = "old" } });
        var synced = await host.Admin.PostApiAsync($"/providers/{id}/sync", null);
        var read = await host.Admin.GetApiAsync($"/providers/{id}");

        Assert.Equal(["alpha", "beta", "fast"], read.Json.GetProperty("models").EnumerateArray().Select(m => m.GetString()));
        Assert.Equal(["beta", "fast"], synced.Json.GetProperty("added").EnumerateArray().Select(m => m.GetString()));
        Assert.Equal(["old"], synced.Json.GetProperty("removed").EnumerateArray().Select(m => m.GetString()));
    }

    [Fact]
    public async Task Test_Sandbox_AnswersItself()
    {
        var made = await host.Admin.PostApiAsync("/providers", new { name = "Sandbox", kind = "sandbox" });
        var tested = await host.Admin.PostApiAsync($"/providers/{made.Id}/test", new { });

        Assert.True(tested.Json.GetProperty("ok").GetBoolean());
        Assert.Contains("sandbox-small", tested.Json.GetProperty("models").EnumerateArray().Select(m => m.GetString()));
    }

    private async Task<Guid> AccountAsync(WebApplication vendor)
    {
        var address = vendor.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        var made = await host.Admin.PostApiAsync("/providers", new
        {
            name = $"Vendor {Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}",
            kind = "openai-compatible",
            base_url = address + "/v1/",
            api_key = Secret,
            allow_private = true,
        });
        return made.Id;
    }

    private static Task Status(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static async Task<WebApplication> VendorAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        Microsoft.AspNetCore.Hosting.WebHostBuilderKestrelExtensions.UseKestrelCore(builder.WebHost);
        var vendor = builder.Build();
        vendor.Urls.Add("http://127.0.0.1:0");
        vendor.Run(answer);
        await vendor.StartAsync();
        return vendor;
    }
}
