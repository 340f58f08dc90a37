using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Chat;
using Xunit;

namespace AiPortal.Tests.Gateway;

public sealed class UpstreamRefusalsTests
{
    private const string Body = """{"error":{"message":"Bad 'temperature'","type":"invalid_request_error","param":"temperature","code":"invalid_value"}}""";

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(413)]
    [InlineData(422)]
    [InlineData(429)]
    public void Of_WhatTheCallerCanActOn_IsPassedOn(int status)
    {
        var refusal = UpstreamRefusals.Of(status, Bytes.Of(Body), ChatPassage.Instance, TimeSpan.FromSeconds(7), "acme");

        Assert.Equal((GatewayFailure.UpstreamRefused, status, "Bad 'temperature'"), (refusal.Failure, refusal.Status, refusal.Message));
        Assert.Equal(("invalid_request_error", "invalid_value", "temperature", 7L), (refusal.Type, refusal.Code, refusal.Param, refusal.RetryAfterSeconds));
    }

    [Theory]
    [InlineData(401, Body, 502, "upstream_auth_failed")]
    [InlineData(402, Body, 502, "upstream_auth_failed")]
    [InlineData(403, Body, 502, "upstream_auth_failed")]
    [InlineData(400, """[{"error":{"code":400,"message":"API key not valid.","details":[{"reason":"API_KEY_INVALID"}]}}]""", 502, "upstream_auth_failed")]
    [InlineData(408, Body, 504, "upstream_timeout")]
    [InlineData(500, Body, 502, "upstream_error")]
    [InlineData(503, "", 502, "upstream_error")]
    [InlineData(504, Body, 504, "upstream_timeout")]
    [InlineData(418, Body, 502, "upstream_error")]
    [InlineData(302, "", 502, "upstream_error")]
    public void Of_WhatTheCallerCannotMend_IsSaidInThePortalsWords(int status, string body, int answered, string code)
    {
        var refusal = UpstreamRefusals.Of(status, Bytes.Of(body), ChatPassage.Instance, TimeSpan.FromSeconds(7), "acme");

        Assert.Equal((answered, code, "server_error"), (refusal.Status, refusal.Code, refusal.Type));
        Assert.Contains("'acme'", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("temperature", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("{\"detail\":\"x\"}")]
    public void Of_RefusalWithoutWords_StillSaysSomething(string body)
    {
        var refusal = UpstreamRefusals.Of(422, Bytes.Of(body), ChatPassage.Instance, null, "acme");

        Assert.Equal((422, "invalid_request_error"), (refusal.Status, refusal.Type));
        Assert.Contains("422", refusal.Message, StringComparison.Ordinal);
    }
}
