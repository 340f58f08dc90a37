using System.Buffers;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Gateway;
using Xunit;

namespace AiPortal.Tests.Gateway;

public sealed class GatewayFailuresTests
{
    public static TheoryData<GatewayFailure> All => [.. Enum.GetValues<GatewayFailure>()];

    [Theory]
    [InlineData(GatewayFailure.KeyMissing, 401, "invalid_request_error", "invalid_api_key", false)]
    [InlineData(GatewayFailure.KeyUnknown, 401, "invalid_request_error", "invalid_api_key", false)]
    [InlineData(GatewayFailure.KeyRevoked, 401, "invalid_request_error", "invalid_api_key", false)]
    [InlineData(GatewayFailure.KeyExpired, 401, "invalid_request_error", "invalid_api_key", false)]
    [InlineData(GatewayFailure.IpNotAllowed, 403, "permission_error", "ip_not_allowed", false)]
    [InlineData(GatewayFailure.ModelNotAllowed, 403, "permission_error", "model_not_allowed", false)]
    [InlineData(GatewayFailure.ModelUnknown, 404, "invalid_request_error", "model_not_found", false)]
    [InlineData(GatewayFailure.ModelNotPriced, 403, "permission_error", "model_not_priced", false)]
    [InlineData(GatewayFailure.RateLimited, 429, "rate_limit_error", "rate_limit_exceeded", true)]
    [InlineData(GatewayFailure.BudgetExceeded, 429, "insufficient_quota", "budget_exceeded", false)]
    [InlineData(GatewayFailure.BodyNotJson, 400, "invalid_request_error", "invalid_json", false)]
    [InlineData(GatewayFailure.BodyTooLarge, 413, "invalid_request_error", "request_too_large", false)]
    [InlineData(GatewayFailure.UpstreamAuthFailed, 502, "server_error", "upstream_auth_failed", false)]
    [InlineData(GatewayFailure.UpstreamError, 502, "server_error", "upstream_error", null)]
    [InlineData(GatewayFailure.UpstreamTimeout, 504, "server_error", "upstream_timeout", null)]
    [InlineData(GatewayFailure.Overloaded, 503, "server_error", "overloaded", true)]
    [InlineData(GatewayFailure.ShuttingDown, 503, "server_error", "overloaded", true)]
    public void Of_FailureOfTheContract_IsTheContractsLine(GatewayFailure failure, int status, string type, string code, bool? shouldRetry)
    {
        var row = GatewayFailures.Of(failure);

        Assert.Equal((status, type, code, shouldRetry), (row.Status, row.Type, row.Code, row.ShouldRetry));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Refuse_EveryFailure_FillsTheWholeMessage(GatewayFailure failure)
    {
        var refusal = GatewayFailures.Refuse(failure, "a", "b", "c", "d", "e", "f", "g");

        Assert.DoesNotContain('{', refusal.Message);
        Assert.Equal(GatewayFailures.Of(failure).Status, refusal.Status);
        Assert.InRange(refusal.Status, 400, 599);
    }

    [Fact]
    public void Write_PlainRefusal_HasExactlyTheFourMembers()
    {
        var refusal = GatewayFailures.Refuse(GatewayFailure.ModelUnknown, "gpt-\"漢\n") with { Param = "model" };

        Assert.Equal(
            """{"error":{"message":"The model 'gpt-\"漢\n' does not exist or no provider serves it.","type":"invalid_request_error","param":"model","code":"model_not_found"}}""",
            Written(refusal));
    }

    [Fact]
    public void Write_BudgetRefusal_NamesBudgetAndReset()
    {
        var id = Guid.Parse("01890000-0000-7000-8000-000000000001");
        var refusal = GatewayFailures.Refuse(GatewayFailure.BudgetExceeded, "Team A", "2026-11-01", "9.5 USD", "0.4 USD", "10 USD", "0.2 USD", "Help.") with
        {
            BudgetId = id,
            ResetsAt = new DateTimeOffset(2026, 11, 1, 8, 0, 0, TimeSpan.FromHours(8)),
        };

        using var json = JsonDocument.Parse(Written(refusal));
        var error = json.RootElement.GetProperty("error");
        Assert.Equal(id, error.GetProperty("budget_id").GetGuid());
        Assert.Equal("2026-11-01T00:00:00Z", error.GetProperty("resets_at").GetString());
        Assert.Equal(JsonValueKind.Null, error.GetProperty("param").ValueKind);
        Assert.Contains("'Team A'", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void WriteEvent_Refusal_IsOneFrame()
    {
        var output = new ArrayBufferWriter<byte>();
        OpenAiErrors.Shape.WriteEvent(output, GatewayFailures.Refuse(GatewayFailure.UpstreamCut, "acme\n\nx"), Guid.Empty);
        var frame = Encoding.UTF8.GetString(output.WrittenSpan);

        Assert.StartsWith("data: {", frame, StringComparison.Ordinal);
        Assert.Equal(frame.Length - 2, frame.IndexOf("\n\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1.2, 2)]
    [InlineData(30, 30)]
    public void RetryAfterSeconds_AnyWait_IsWholeAndAtLeastOne(double seconds, long header) =>
        Assert.Equal(header, (GatewayFailures.Refuse(GatewayFailure.RateLimited, "the key", "rpm", 1) with { RetryAfter = TimeSpan.FromSeconds(seconds) }).RetryAfterSeconds);

    private static string Written(GatewayRefusal refusal)
    {
        var output = new ArrayBufferWriter<byte>();
        OpenAiErrors.Shape.Write(output, refusal, Guid.Empty);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
