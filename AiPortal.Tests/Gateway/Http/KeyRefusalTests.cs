using System.Net;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>Who gets in: one key, from wherever it comes, in the state it is in now.</summary>
[Collection(GatewayCollection.Name)]
public sealed class KeyRefusalTests(GatewayHost gateway)
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("Authorization", "Bearer sk-ap-wrong")]
    [InlineData("Authorization", "Basic dXNlcjpwYXNz")]
    [InlineData("Authorization", "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln")]
    [InlineData("Cookie", "key=x")]
    public async Task Key_MissingOrMalformed_Refused(string? header, string? value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = GatewayHost.Chat() };
        if (header is not null) request.Headers.TryAddWithoutValidation(header, value);
        using var http = gateway.Portal.Anonymous();

        using var answer = await http.SendAsync(request);

        await GatewayHost.AssertErrorAsync(answer, 401, "invalid_request_error", "invalid_api_key");
    }

    [Fact]
    public async Task Key_WellFormedButUnknown_Refused()
    {
        using var http = gateway.Portal.WithBearer(VirtualKeyFormat.Generate());
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat());
        await GatewayHost.AssertErrorAsync(answer, 401, "invalid_request_error", "invalid_api_key");
    }

    [Theory]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("Authorization", "bearer ")]
    [InlineData("x-api-key", "")]
    [InlineData("api-key", "")]
    [InlineData("x-goog-api-key", "")]
    public async Task Key_InEachHeader_Admitted(string header, string prefix)
    {
        var (_, secret) = await gateway.IssueSecretAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation(header, prefix + secret);
        using var http = gateway.Portal.Anonymous();
        using var answer = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("/v1/models?key=")]
    [InlineData("/v1/models?api_key=")]
    public async Task Key_InTheAddress_IsNone(string path)
    {
        var (_, secret) = await gateway.IssueSecretAsync();
        using var http = gateway.Portal.Anonymous();
        using var answer = await http.GetAsync(path + secret);
        await GatewayHost.AssertErrorAsync(answer, 401, "invalid_request_error", "invalid_api_key");
    }

    [Fact]
    public async Task Keys_TwoThatDiffer_RefusedAndTwoAlikeAdmitted()
    {
        var (_, one) = await gateway.IssueSecretAsync();
        var (_, other) = await gateway.IssueSecretAsync();
        using var http = gateway.Portal.WithBearer(one);
        using var differ = new HttpRequestMessage(HttpMethod.Get, "/v1/models") { Headers = { { "x-api-key", other } } };
        using var alike = new HttpRequestMessage(HttpMethod.Get, "/v1/models") { Headers = { { "x-api-key", one } } };

        using var refused = await http.SendAsync(differ);
        using var admitted = await http.SendAsync(alike);

        await GatewayHost.AssertErrorAsync(refused, 401, "invalid_request_error", "invalid_api_key");
        Assert.Equal(HttpStatusCode.OK, admitted.StatusCode);
    }

    [Theory]
    [InlineData(KeyStatus.Disabled)]
    [InlineData(KeyStatus.Revoked)]
    public async Task Key_DisabledOrRevoked_StopsAtOnceAndIsInTheCallLog(KeyStatus status)
    {
        var (id, http) = await gateway.IssueKeyAsync();
        var change = gateway.Portal.Services.GetRequiredService<ChangeKeyStatus>();
        Assert.False((await change.RunAsync(await gateway.ActorAsync(), gateway.Portal.OrganizationId, id, status)).IsRefused);

        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat());

        await GatewayHost.AssertErrorAsync(answer, 401, "invalid_request_error", "invalid_api_key");
        var call = Assert.Single(await gateway.CallsAsync(id, 1));
        Assert.Equal((CallStatus.Refused, 401, 0, 0m), (call.Status, call.HttpStatus, call.Attempts, call.TotalCost));
        Assert.Empty(await gateway.EntriesAsync(id, 0));
        var back = await change.RunAsync(await gateway.ActorAsync(), gateway.Portal.OrganizationId, id, KeyStatus.Active);
        Assert.Equal(status == KeyStatus.Revoked, back.IsRefused);
        using var after = await http.GetAsync("/v1/models");
        Assert.Equal(status == KeyStatus.Revoked ? HttpStatusCode.Unauthorized : HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task Key_ChangedInTheDatabaseByAnotherNode_StopsWithinASecond()
    {
        var (id, http) = await gateway.IssueKeyAsync();
        (await http.GetAsync("/v1/models")).EnsureSuccessStatusCode();
        await using var connection = await gateway.Portal.Database.Portal.System.OpenConnectionAsync();
        await using var command = new Npgsql.NpgsqlCommand($"UPDATE api_keys SET status = 'revoked' WHERE id = '{id}'; NOTIFY {Core.Data.Notifications.Configuration}", connection);
        await command.ExecuteNonQueryAsync();
        var committed = TimeProvider.System.GetTimestamp();

        await GatewayHost.UntilAsync(async () => (await http.GetAsync("/v1/models")).StatusCode == HttpStatusCode.Unauthorized, () => "the key works on");

        Assert.InRange(TimeProvider.System.GetElapsedTime(committed), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Key_PastItsExpiry_Refused()
    {
        var (_, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "short", ExpiresAt = TimeProvider.System.GetUtcNow().AddMilliseconds(700) });
        (await http.GetAsync("/v1/models")).EnsureSuccessStatusCode();
        await GatewayHost.UntilAsync(async () => (await http.GetAsync("/v1/models")).StatusCode == HttpStatusCode.Unauthorized, () => "the key works on");
        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat());
        await GatewayHost.AssertErrorAsync(answer, 401, "invalid_request_error", "invalid_api_key");
    }

    [Fact]
    public async Task Key_Regenerated_OldSecretWorksForTheOverlapOnly()
    {
        var (id, before) = await gateway.IssueKeyAsync();
        var issued = await gateway.Portal.Services.GetRequiredService<RegenerateKey>().RunAsync(await gateway.ActorAsync(), gateway.Portal.OrganizationId, id, overlapSeconds: 2);
        using var after = gateway.Portal.WithBearer(issued.Value.Secret);

        (await before.GetAsync("/v1/models")).EnsureSuccessStatusCode();
        (await after.GetAsync("/v1/models")).EnsureSuccessStatusCode();
        await GatewayHost.UntilAsync(async () => (await before.GetAsync("/v1/models")).StatusCode == HttpStatusCode.Unauthorized, () => "the old secret works on");
        (await after.GetAsync("/v1/models")).EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task Address_NotAllowed_Refused()
    {
        var (id, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "office", IpAllow = ["10.0.0.0/8"] });
        var (_, denied) = await gateway.IssueKeyAsync(new KeyDraft { Name = "denied", IpAllow = ["127.0.0.0/8"], IpDeny = ["127.0.0.1/32"] });
        http.DefaultRequestHeaders.Add("X-Forwarded-For", "10.1.2.3");

        using var answer = await http.PostAsync("/v1/chat/completions", GatewayHost.Chat());
        using var second = await denied.PostAsync("/v1/chat/completions", GatewayHost.Chat());

        await GatewayHost.AssertErrorAsync(answer, 403, "permission_error", "ip_not_allowed");
        await GatewayHost.AssertErrorAsync(second, 403, "permission_error", "ip_not_allowed");
        Assert.Equal("ip_not_allowed", Assert.Single(await gateway.CallsAsync(id, 1)).ErrorCode);
    }

    [Fact]
    public async Task SessionToken_OfAPerson_OpensNoGateway()
    {
        using var answer = await gateway.Portal.Admin.PostAsync("/v1/chat/completions", GatewayHost.Chat());
        await GatewayHost.AssertErrorAsync(answer, 401, "invalid_request_error", "invalid_api_key");
        var (_, http) = await gateway.IssueKeyAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/api/v1/me")).StatusCode);
    }
}
