using AiPortal.Core.Routing.Health;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Routing.Health;

/// <summary>The scheduled look at accounts that are out, and what <c>/metrics</c> says of them.</summary>
public sealed class CheckAccountsTests(GatewayHost gateway) : IClassFixture<GatewayHost>
{
    private AccountHealth Health => gateway.Portal.Services.GetRequiredService<HealthBook>().Of(gateway.ProviderId)!;

    private CheckAccounts Job => gateway.Portal.Services.GetRequiredService<CheckAccounts>();

    private void Fail(AttemptVerdict verdict, int times)
    {
        for (var i = 0; i < times; i++) Health.Enter(default, GatewayHost.Model, false, 0, force: true, extra: false, out _)!.Leave(verdict);
    }

    [Fact]
    public async Task Open_ThatAnswers_MayBeProbedAtOnce_AndNothingBillableIsSent()
    {
        Assert.Equal("none out", await Job.RunAsync(default));
        Fail(AttemptVerdict.Failed, 3);
        Assert.Equal(CircuitState.Open, Health.Read().State);
        using var anonymous = gateway.Portal.Anonymous();
        var text = await anonymous.GetStringAsync("/metrics");
        Assert.Contains($"aiportal_account_circuit{{account=\"{gateway.ProviderId}\",kind=\"openai-compatible\"}} 2", text, StringComparison.Ordinal);
        Assert.Contains($"aiportal_account_attempts_total{{account=\"{gateway.ProviderId}\",kind=\"openai-compatible\",verdict=\"failed\"}} 3", text, StringComparison.Ordinal);

        Assert.Equal("1 asked, 1 answered", await Job.RunAsync(default));

        Assert.Equal(CircuitState.HalfOpen, Health.Read().State);
        Assert.All(gateway.Upstream.Requests, request => Assert.Equal(("GET", "/v1/models"), (request.Method, request.Path)));
        Fail(AttemptVerdict.Succeeded, 2);
        Fail(AttemptVerdict.QuotaGone, 1);
        Assert.Equal("none out", await Job.RunAsync(default));
    }
}
