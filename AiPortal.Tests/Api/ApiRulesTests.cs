using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AiPortal.Tests.Fixtures;
using Xunit;

namespace AiPortal.Tests.Api;

/// <summary>What every management endpoint does alike.</summary>
public sealed partial class ApiRulesTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Theory]
    [InlineData("GET", "/nothing-here", 404, "not_found")]
    [InlineData("GET", "/departments/not-an-id", 404, "not_found")]
    [InlineData("DELETE", "/departments", 405, "method_not_allowed")]
    public async Task UnknownAddressOrMethod_AnswersAProblem(string method, string path, int status, string code)
    {
        var answer = await host.Admin.CallAsync(new HttpMethod(method), path, null);

        Assert.Equal((status, code), ((int)answer.Status, answer.Code));
        Assert.Equal("application/problem+json", answer.Response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task NoToken_Is401WithAProblem()
    {
        using var anonymous = host.Anonymous();
        var answer = await anonymous.GetApiAsync("/departments");

        Assert.Equal((HttpStatusCode.Unauthorized, "unauthenticated"), (answer.Status, answer.Code));
        Assert.Equal("Bearer", answer.Response.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Theory]
    [InlineData("{", "invalid_json")]
    [InlineData("[]", "invalid_json")]
    [InlineData("", "invalid_json")]
    [InlineData("""{"name":"a","name":"b"}""", "invalid_json")]
    [InlineData("""{"name":7}""", "invalid_field")]
    [InlineData("""{"name":"a\u0000b"}""", "invalid_field")]
    [InlineData("""{"name":"a","parent_id":"x"}""", "invalid_field")]
    public async Task MalformedBody_Is400(string json, string code)
    {
        var answer = await host.Admin.PostApiAsync("/departments", json);

        Assert.Equal((HttpStatusCode.BadRequest, code), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task HugeBody_Is413()
    {
        var answer = await host.Admin.PostApiAsync("/departments", $$"""{"name":"{{new string('a', 1 << 20)}}"}""");

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "request_too_large"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task HugeChunkedBody_Is413()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/departments");
        request.Content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(new string(' ', (1 << 20) + 10))));
        request.Headers.TransferEncodingChunked = true;
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await host.Admin.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=501", "limit")]
    [InlineData("limit=x", "limit")]
    [InlineData("cursor=rubbish", "cursor")]
    [InlineData("organization_id=me", "organization_id")]
    [InlineData("parent_id=1", "parent_id")]
    public async Task MalformedParameter_IsRefusedByName(string query, string field)
    {
        var answer = await host.Admin.GetApiAsync("/departments?" + query);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal([field], answer.Fields);
    }

    [Fact]
    public async Task Cursor_FollowedToTheEnd_GivesEveryRowOnce()
    {
        var own = await host.Admin.PostApiAsync("/organizations", new { name = "Paged" });
        for (var i = 0; i < 7; i++) await host.Admin.PostApiAsync("/teams", new { name = $"team {i % 2}{i}", organization_id = own.Id });

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await host.Admin.GetApiAsync($"/teams?limit=3&organization_id={own.Id}&cursor={cursor}");
            seen.AddRange(page.Data.Select(row => row.GetProperty("name").GetString()!));
            cursor = page.Text("next_cursor");
        }
        while (cursor is not null);

        Assert.Equal(["team 00", "team 02", "team 04", "team 06", "team 11", "team 13", "team 15"], seen);
    }

    [Fact]
    public async Task OpenApi_SignedIn_ShowsSummariesAndExamples()
    {
        using var anonymous = host.Anonymous();
        using var refused = await anonymous.GetAsync("/openapi/v1.json");
        using var answer = await host.Admin.GetAsync("/openapi/v1.json");
        var document = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync());
        var post = document.GetProperty("paths").GetProperty("/api/v1/departments").GetProperty("post");

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("Add to the departments.", post.GetProperty("summary").GetString());
        var media = post.GetProperty("requestBody").GetProperty("content").GetProperty("application/json");
        Assert.Equal("Research", media.GetProperty("example").GetProperty("name").GetString());
        Assert.Equal("string", media.GetProperty("schema").GetProperty("properties").GetProperty("name").GetProperty("type").GetString());
    }

    [Fact]
    public async Task OpenApi_InABrowserThatSignedIn_IsShown_ButTheApiStaysClosed()
    {
        using var browser = host.Anonymous();
        var html = await browser.GetStringAsync("/sign-in");
        var form = Hidden().Matches(html[html.LastIndexOf("<form", StringComparison.Ordinal)..]).ToDictionary(m => m.Groups[1].Value, m => WebUtility.HtmlDecode(m.Groups[2].Value));
        (form["Form.Email"], form["Form.Password"]) = (PortalHost.AdminEmail, PortalHost.AdminPassword);
        using var signedIn = await browser.PostAsync("/sign-in", new FormUrlEncodedContent(form));
        using var document = await browser.GetAsync("/openapi/v1.json");

        Assert.Equal(HttpStatusCode.OK, document.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetApiAsync("/departments")).Status);
    }

    [GeneratedRegex("""<input type="hidden" name="([^"]+)" value="([^"]*)"\s*/?>""")]
    private static partial Regex Hidden();
}
