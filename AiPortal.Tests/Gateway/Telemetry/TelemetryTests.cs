using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;

namespace AiPortal.Tests.Gateway.Telemetry;

/// <summary>A call's spans and figures leave by OTLP, under the caller's trace, without a word of what was said.</summary>
public sealed class TelemetryTests
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Secret = "the-caller-said-this";

    [Fact]
    public async Task Call_UnderATrace_IsExportedWithUsageAndCost_AndTheProviderIsToldOfTheTrace()
    {
        await using var collector = await Collector.StartAsync();
        var gateway = new GatewayHost();
        gateway.Portal.With("Portal:Otlp:Endpoint", collector.Endpoint.ToString()).With("Portal:Otlp:Protocol", "http/protobuf").With("Portal:Tracing:ToProviders", "true");
        await gateway.InitializeAsync();
        try
        {
            var (_, client) = await gateway.IssueKeyAsync();
            gateway.Upstream.Next(FakeUpstreamReply.Plain("an answer of the model", FakeUpstreamReply.Usage(100, 50)));
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = GatewayHost.Chat(text: Secret) };
            request.Headers.Add("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01");
            request.Headers.Add("tracestate", "vendor=1");
            using var answer = await client.SendAsync(request);
            Assert.True(answer.IsSuccessStatusCode);

            var seen = gateway.Upstream.Requests[^1];
            Assert.StartsWith($"00-{TraceId}-", seen.Headers["traceparent"], StringComparison.Ordinal);
            Assert.DoesNotContain("00f067aa0ba902b7", seen.Headers["traceparent"], StringComparison.Ordinal);
            Assert.Equal("vendor=1", seen.Headers["tracestate"]);

            var metrics = await gateway.Portal.WithBearer("none").GetStringAsync("/metrics");
            var labels = $"gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"openai-compatible\",gen_ai_request_model=\"{GatewayHost.Model}\"";
            Assert.Contains($"gen_ai_client_token_usage_sum{{{labels},gen_ai_token_type=\"input\"}} 100\n", metrics, StringComparison.Ordinal);
            Assert.Contains($"gen_ai_client_token_usage_bucket{{{labels},gen_ai_token_type=\"output\",le=\"16\"}} 0\n", metrics, StringComparison.Ordinal);
            Assert.Contains($"gen_ai_client_token_usage_bucket{{{labels},gen_ai_token_type=\"output\",le=\"64\"}} 1\n", metrics, StringComparison.Ordinal);
            Assert.Contains($"gen_ai_client_operation_duration_seconds_count{{{labels}}} 1\n", metrics, StringComparison.Ordinal);
            Assert.Contains($"aiportal_gateway_cost_usd_total{{{labels}}} 0.0006\n", metrics, StringComparison.Ordinal);
        }
        finally
        {
            // What is left is sent before the portal leaves.
            await gateway.DisposeAsync();
        }

        var spans = collector.At("/v1/traces");
        foreach (var word in (string[])["POST /v1/chat/completions", $"chat {GatewayHost.Model}", "gen_ai.provider.name", "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "0.0006", "vendor=1"])
            Assert.Contains(word, spans, StringComparison.Ordinal);
        Assert.Contains(System.Text.Encoding.Latin1.GetString(Convert.FromHexString(TraceId)), spans, StringComparison.Ordinal);
        Assert.Contains("gen_ai.client.operation.duration", collector.At("/v1/metrics"), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, spans, StringComparison.Ordinal);
        Assert.DoesNotContain("an answer of the model", spans, StringComparison.Ordinal);
        Assert.DoesNotContain(GatewayHost.UpstreamSecret, spans, StringComparison.Ordinal);
    }
}

/// <summary>Without the option no provider hears of a trace.</summary>
[Collection(GatewayCollection.Name)]
public sealed class TraceStaysHereTests(GatewayHost gateway)
{
    [Fact]
    public async Task Call_UnderATrace_ProviderIsNotTold()
    {
        var (_, client) = await gateway.IssueKeyAsync();
        gateway.Upstream.Next(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1, 1)));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = GatewayHost.Chat() };
        request.Headers.Add("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        using var answer = await client.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode);

        Assert.DoesNotContain(gateway.Upstream.Requests[^1].Headers.Keys, name => name.StartsWith("trace", StringComparison.OrdinalIgnoreCase));
    }
}
