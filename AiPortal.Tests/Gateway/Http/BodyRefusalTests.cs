using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>Bodies that are turned away before anything is held, sent or booked.</summary>
[Collection(GatewayCollection.Name)]
public sealed class BodyRefusalTests(GatewayHost gateway)
{
    private const string Messages = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

    [Theory]
    [InlineData("", "invalid_json")]
    [InlineData("null", "invalid_json")]
    [InlineData("[]", "invalid_json")]
    [InlineData("{\"model\":\"test-model\"", "invalid_json")]
    [InlineData("{\"model\":\"test-model\"," + Messages + "} x", "invalid_json")]
    [InlineData("{'model':'x'}", "invalid_json")]
    [InlineData("{\"model\":\"\\ud800\"," + Messages + "}", "invalid_json")]
    [InlineData("{\"model\":\"test-model\",\"model\":\"other\"," + Messages + "}", "invalid_value")]
    [InlineData("{\"model\":\"test-model\"," + Messages + "," + Messages + "}", "invalid_value")]
    [InlineData("{\"model\":7," + Messages + "}", "invalid_value")]
    [InlineData("{\"model\":\"a\\u0000b\"," + Messages + "}", "invalid_value")]
    [InlineData("{" + Messages + "}", "invalid_value")]
    [InlineData("{\"model\":\"test-model\"}", "invalid_value")]
    [InlineData("{\"model\":\"test-model\",\"max_tokens\":-1," + Messages + "}", "invalid_value")]
    [InlineData("{\"model\":\"test-model\",\"max_tokens\":1e400," + Messages + "}", "invalid_value")]
    [InlineData("{\"model\":\"test-model\",\"n\":0," + Messages + "}", "invalid_value")]
    [InlineData("{\"model\":\"test-model\",\"n\":100000," + Messages + "}", "invalid_value")]
    public async Task Body_Malformed_Refused(string body, string code)
    {
        var (id, http) = await gateway.IssueKeyAsync();
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Raw(body));
        await AssertRefusedAsync(id, answer, 400, code);
    }

    [Fact]
    public async Task Body_NestedTenThousandDeep_Refused()
    {
        var (id, http) = await gateway.IssueKeyAsync();
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Raw("{\"model\":\"test-model\",\"x\":" + new string('[', 10_000) + new string(']', 10_000) + "," + Messages + "}"));
        await AssertRefusedAsync(id, answer, 400, "invalid_json");
    }

    [Fact]
    public async Task Body_NotUtf8_Refused()
    {
        var (id, http) = await gateway.IssueKeyAsync();
        using var answer = await http.PostAsync("/v1/chat/completions", new ByteArrayContent([.. "{\"model\":\""u8, 0xc3, 0x28, .. "\"}"u8]));
        await AssertRefusedAsync(id, answer, 400, "invalid_json");
    }

    [Theory]
    [InlineData(false, 0, 200)]
    [InlineData(false, 1, 413)]
    [InlineData(true, 0, 200)]
    [InlineData(true, 1, 413)]
    [InlineData(true, 3_000_000, 413)]
    [InlineData(false, 3_000_000, 413)]
    public async Task Body_OverTheLimit_Refused(bool chunked, int over, int status)
    {
        var (id, http) = await gateway.IssueKeyAsync();
        var bytes = Sized(GatewayHost.MaxBodyBytes + over);
        if (status == 200) gateway.Upstream.Next(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1, 1)));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new ByteArrayContent(bytes) };
        request.Headers.TransferEncodingChunked = chunked;
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (chunked) request.Content.Headers.ContentLength = null;

        using var answer = await http.SendAsync(request);

        if (status == 200)
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
            Assert.Equal(bytes, gateway.Upstream.Requests.Single(seen => seen.AttemptId == entry.Id.ToString()).Body);
        }
        else await AssertRefusedAsync(id, answer, 413, "request_too_large");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("zstd")]
    public async Task Body_Compressed_Refused(string encoding)
    {
        var (id, http) = await gateway.IssueKeyAsync();
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(new byte[1_000_000]);
        var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentEncoding.Add(encoding);
        using var answer = await http.PostAsync("/v1/chat/completions", content);
        await AssertRefusedAsync(id, answer, 400, "invalid_json");
    }

    [Theory]
    [InlineData("2147483648")]
    [InlineData("null")]
    public async Task MaxTokens_LargeOrNull_Accepted(string count)
    {
        var (id, http) = await gateway.IssueKeyAsync();
        gateway.Upstream.Next(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1, 1)));
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Raw("{\"model\":\"test-model\",\"max_tokens\":" + count + "," + Messages + "}"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Single(await gateway.EntriesAsync(id, 1));
    }

    [Fact]
    public async Task Body_ClaimsAnotherOwnerOrPrice_ChangesNothing()
    {
        var (id, http) = await gateway.IssueKeyAsync(new Core.Keys.KeyDraft { Name = "owner", Tags = new Dictionary<string, string> { ["team"] = "from key" } });
        gateway.Upstream.Next(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(100, 10)));
        var body = "{\"model\":\"test-model\",\"price\":0,\"input_price\":0,\"cost\":0,\"key_id\":\"x\",\"organization_id\":\"" + Guid.Empty + "\",\"user\":\"boss\",\"metadata\":{\"key_id\":\"" + Guid.Empty + "\",\"cost_center_id\":\"theirs\"}," + Messages + "}";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = GatewayHost.Raw(body) };
        foreach (var (name, value) in new[] { ("x-portal-user", "boss"), ("x-user-id", "boss"), ("x-portal-key", "x"), ("x-portal-cost-usd", "0"), ("x-portal-tags", "feature=search, customer = 42,broken,=x"), ("x-portal-session", "s1"), ("x-portal-workflow", "w1"), ("x-portal-account", "a1") })
            request.Headers.Add(name, value);

        using var answer = await http.SendAsync(request);

        Assert.Equal("0.00028", answer.Headers.GetValues("x-portal-cost-usd").Single());
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((gateway.Portal.OrganizationId, id, null, null), (entry.OrganizationId, entry.KeyId, entry.UserId, entry.CostCenterId));
        Assert.Equal(("s1", "w1", "a1", 0.00028m), (entry.SessionId, entry.WorkflowId, entry.AccountId, entry.TotalCost));
        var tags = Assert.Single(await gateway.CallsAsync(id, 1)).Tags!;
        Assert.Equal(("boss", "theirs", "search", "42", "from key"), (tags["user"], tags["cost_center_id"], tags["feature"], tags["customer"], tags["team"]));
    }

    private async Task AssertRefusedAsync(Guid key, HttpResponseMessage answer, int status, string code)
    {
        await GatewayHost.AssertErrorAsync(answer, status, "invalid_request_error", code);
        var call = Assert.Single(await gateway.CallsAsync(key, 1));
        Assert.Equal((CallStatus.Refused, status, code, 0), (call.Status, call.HttpStatus, call.ErrorCode, call.Attempts));
        Assert.Empty(await gateway.EntriesAsync(key, 0));
    }

    private static byte[] Sized(int length)
    {
        const string Start = "{\"model\":\"test-model\",\"messages\":[{\"role\":\"user\",\"content\":\"";
        const string End = "\"}]}";
        return Encoding.UTF8.GetBytes(Start + new string('a', length - Start.Length - End.Length) + End);
    }
}
