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
    [InlineData(400, """{"error":{"message":"filtered","param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}""", "invalid_request_error", "content_filter")]
    [InlineData(404, """{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}""", "invalid_request_error", "model_not_found")]
    [InlineData(429, """{"error":{"code":"1302","message":"concurrency"}}""", "rate_limit_error", "1302")]
    [InlineData(429, """{"error":{"code":429,"message":"Rate limited","metadata":{"provider_name":"x"}}}""", "rate_limit_error", "rate_limit_exceeded")]
    [InlineData(429, """{"type":"error","error":{"type":"rate_limit_error","message":"No"}}""", "rate_limit_error", "rate_limit_exceeded")]
    [InlineData(404, """{"type":"error","error":{"type":"not_found_error","message":"model: x"}}""", "invalid_request_error", "model_not_found")]
    [InlineData(413, """{"type":"error","error":{"type":"request_too_large","message":"No"}}""", "invalid_request_error", "request_too_large")]
    [InlineData(400, """{"object":"error","message":"too long","type":"BadRequestError","param":null,"code":400}""", "BadRequestError", "400")]
    [InlineData(422, """{"detail":[{"type":"extra_forbidden","loc":["body","store"],"msg":"Extra inputs are not permitted"}]}""", "invalid_request_error", "upstream_refused")]
    public void Of_VendorsOwnShapes_KeepTheirCode(int status, string body, string type, string code)
    {
        var refusal = UpstreamRefusals.Of(status, Bytes.Of(body), ChatPassage.Instance, null, "acme");

        Assert.Equal((status, type, code), (refusal.Status, refusal.Type, refusal.Code));
    }

    [Theory]
    [InlineData(401, Body, 502, "upstream_auth_failed")]
    [InlineData(402, Body, 502, "upstream_auth_failed")]
    [InlineData(403, Body, 502, "upstream_auth_failed")]
    [InlineData(400, """[{"error":{"code":400,"message":"API key not valid.","details":[{"reason":"API_KEY_INVALID"}]}}]""", 502, "upstream_auth_failed")]
    [InlineData(429, """{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}""", 502, "upstream_auth_failed")]
    [InlineData(429, """{"error":{"message":"Out","type":"insufficient_quota","code":"credit_balance_exhausted"}}""", 502, "upstream_auth_failed")]
    [InlineData(429, """{"type":"error","error":{"type":"rate_limit_error","message":"Out","code":"enforced_spend_limit_reached"}}""", 502, "upstream_auth_failed")]
    [InlineData(429, """{"error":{"code":"1113","message":"余额不足"}}""", 502, "upstream_auth_failed")]
    [InlineData(429, """{"error":{"message":"Your account is suspended","type":"exceeded_current_quota_error"}}""", 502, "upstream_auth_failed")]
    [InlineData(400, """{"error":{"code":"Arrearage","message":"Access denied","type":"Arrearage"}}""", 502, "upstream_auth_failed")]
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
    [InlineData("{\"reason\":\"x\"}")]
    public void Of_RefusalWithoutWords_StillSaysSomething(string body)
    {
        var refusal = UpstreamRefusals.Of(422, Bytes.Of(body), ChatPassage.Instance, null, "acme");

        Assert.Equal((422, "invalid_request_error"), (refusal.Status, refusal.Type));
        Assert.Contains("422", refusal.Message, StringComparison.Ordinal);
    }
}
