using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;

namespace AiPortal.Tests.Gateway.Conformance;

/// <summary>What the portal itself refuses, as each way in's own client tells it.</summary>
[Collection(ConformanceCollection.Name)]
public sealed class RefusalTests(ConformanceHost host)
{
    private static readonly Ask Hello = new() { Said = [new Words("Hello")] };

    public static TheoryData<string, bool> Ways()
    {
        var ways = new TheoryData<string, bool>();
        foreach (var way in ConformanceHost.WaysIn)
        {
            ways.Add(way.Name, false);
            ways.Add(way.Name, true);
        }

        return ways;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Budget_Spent_IsToldAndNotTriedAgain(string wayIn, bool stream)
    {
        var draft = new KeyDraft { Name = $"spent {wayIn} {stream}", Budget = new KeyBudgetTerms(0.000001m, PeriodType.Total, "strict", "block") };

        var (failure, keyId) = await AskAsync(wayIn, stream, draft);

        Assert.Equal(wayIn switch { "openai" => new Failure(429, "budget_exceeded"), "anthropic" => new Failure(429, "rate_limit_error"), _ => new Failure(429, "RESOURCE_EXHAUSTED") }, failure);
        Assert.StartsWith("Budget '", failure.Message, StringComparison.Ordinal);
        Assert.Equal("false", failure.ShouldRetry);
        Assert.Equal(CallStatus.Refused, Assert.Single(await host.Gateway.CallsAsync(keyId, 1)).Status);
        Assert.Empty(await host.Gateway.EntriesAsync(keyId, 0));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task RateLimit_OfTheKey_SaysWhenToComeAgain(string wayIn, bool stream)
    {
        var draft = new KeyDraft { Name = $"limited {wayIn} {stream}", Rpm = 1 };

        var (failure, _) = await AskAsync(wayIn, stream, draft, calls: 2);

        Assert.Equal((429, wayIn switch { "openai" => "rate_limit_exceeded", "anthropic" => "rate_limit_error", _ => "RESOURCE_EXHAUSTED" }), (failure.Status, failure.Word));
        Assert.NotNull(failure.RetryAfter);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Model_NotAllowed_IsForbidden(string wayIn, bool stream)
    {
        var (failure, _) = await AskAsync(wayIn, stream, new KeyDraft { Name = $"bound {wayIn} {stream}", Models = ["another-*"] });

        Assert.Equal(wayIn switch { "openai" => new Failure(403, "model_not_allowed"), "anthropic" => new Failure(403, "permission_error"), _ => new Failure(403, "PERMISSION_DENIED") }, failure);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Key_Unknown_IsUnauthenticated(string wayIn, bool stream)
    {
        var way = ConformanceHost.WaysIn.Single(each => each.Name == wayIn);
        using var conversation = way.Begin(host.Gateway.Portal.BaseUrl, "sk-ap-nobody", "gpt-4.1");

        var failure = (await conversation.AskAsync(Hello, stream)).Failure;

        Assert.Equal(wayIn switch { "openai" => new Failure(401, "invalid_api_key"), "anthropic" => new Failure(401, "authentication_error"), _ => new Failure(401, "UNAUTHENTICATED") }, failure);
    }

    private async Task<(Failure Failure, Guid KeyId)> AskAsync(string wayIn, bool stream, KeyDraft draft, int calls = 1)
    {
        var way = ConformanceHost.WaysIn.Single(each => each.Name == wayIn);
        var (keyId, secret) = await host.Gateway.IssueSecretAsync(draft);
        using var conversation = way.Begin(host.Gateway.Portal.BaseUrl, secret, new Cell(wayIn, "gemini", stream ? "stream" : "plain", "text").Model);
        host.DialectsOut.Single(each => each.Name == "gemini").Script(new Reply { Text = ["Hi"] }, stream);
        var heard = await conversation.AskAsync(Hello, stream);
        for (var i = 1; i < calls; i++) heard = await conversation.AskAsync(Hello, stream);
        Assert.NotNull(heard.Failure);
        return (heard.Failure, keyId);
    }
}
