using AiPortal.Core.Routing.Health;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Routing.Health;

/// <summary>The circuit of one account on a clock moved by hand.</summary>
public sealed class AccountHealthTests
{
    private readonly HandClock _clock = new();
    private readonly AccountHealth _health;

    public AccountHealthTests() => _health = new AccountHealth(_clock);

    private AccountUse Enter(bool force = false, AccountLimits limits = default, bool streamed = false, bool extra = false) =>
        _health.Enter(limits, "m", streamed, 100, force, extra, out _) ?? throw new InvalidOperationException("no place");

    private bool Refuses(AccountLimits limits = default, bool force = false) => _health.Enter(limits, "m", false, 100, force, false, out _) is null;

    private void Call(AttemptVerdict verdict, double ms = 50, int times = 1, bool force = false)
    {
        for (var i = 0; i < times; i++)
        {
            var use = Enter(force);
            _clock.AdvanceMs(ms);
            use.Leave(verdict);
        }
    }

    [Theory]
    [InlineData(AttemptVerdict.Failed, CircuitReason.Errors)]
    [InlineData(AttemptVerdict.TimedOut, CircuitReason.Timeouts)]
    [InlineData(AttemptVerdict.Unreachable, CircuitReason.Unreachable)]
    [InlineData(AttemptVerdict.CredentialRefused, CircuitReason.Credential)]
    public void ThreeInARow_WithNothingGood_Opens(AttemptVerdict verdict, CircuitReason reason)
    {
        Call(verdict, times: 2);
        Assert.Equal(CircuitState.Closed, _health.Read().State);
        Call(verdict);
        Assert.Equal((CircuitState.Open, reason), (_health.Read().State, _health.Read().Reason));
        Assert.True(Refuses());
    }

    [Fact]
    public void ThreeOfTen_Opens_FewerDoNot()
    {
        for (var i = 0; i < 40; i++) Call(i % 5 == 0 ? AttemptVerdict.Failed : AttemptVerdict.Succeeded);
        Assert.Equal(CircuitState.Closed, _health.Read().State);
        for (var i = 0; i < 40 && _health.Read().State == CircuitState.Closed; i++) Call(i % 2 == 0 ? AttemptVerdict.Failed : AttemptVerdict.Succeeded);
        Assert.Equal(CircuitState.Open, _health.Read().State);
    }

    [Theory]
    [InlineData(AttemptVerdict.Neutral)]
    [InlineData(AttemptVerdict.RateLimited)]
    public void CallersFaultsAndPressure_AreNoFailures(AttemptVerdict verdict)
    {
        Call(verdict, times: 30, force: true);
        Assert.Equal((CircuitState.Closed, 0), (_health.Read().State, _health.Read().Failures));
    }

    [Fact]
    public void RateLimited_LeavesItAloneAsLongAsAsked()
    {
        Enter().Leave(AttemptVerdict.RateLimited, TimeSpan.FromSeconds(20));
        Assert.Equal(Availability.Paused, _health.Check(default).Can);
        _clock.AdvanceMs(19_000);
        Assert.True(Refuses());
        Assert.NotNull(_health.Read().PausedUntil);
        _clock.AdvanceMs(1_001);
        Assert.Equal(Availability.Available, _health.Check(default).Can);
    }

    [Fact]
    public void Healed_IsBackWithinAMinuteByOneProbeAtATime()
    {
        var random = new Random(7);
        for (var round = 0; round < 20; round++)
        {
            Call(AttemptVerdict.Failed, times: 3, force: true);
            for (var sick = random.Next(0, 300); sick > 0; sick--)
            {
                _clock.AdvanceMs(1_000);
                if (_health.Check(default).Can == Availability.Available) Call(AttemptVerdict.Failed);
            }

            var waited = 0;
            while (_health.Read().State != CircuitState.Closed)
            {
                Assert.True(waited++ < 60, $"round {round}");
                _clock.AdvanceMs(1_000);
                if (_health.Check(default).Can != Availability.Available) continue;
                var probe = Enter();
                Assert.True(probe.IsProbe);
                Assert.Equal(Availability.ProbeRunning, _health.Check(default).Can);
                probe.Leave(AttemptVerdict.Succeeded);
            }

            _clock.AdvanceMs(10_000);
        }
    }

    [Fact]
    public void Forced_GoesThroughAndTwoGoodOnesClose()
    {
        Call(AttemptVerdict.Failed, times: 3);
        Call(AttemptVerdict.Failed, times: 50, force: true);
        Assert.True(_health.Read().ProbeAt <= _clock.GetUtcNow().AddSeconds(30));
        Call(AttemptVerdict.Succeeded, force: true);
        Assert.NotEqual(CircuitState.Closed, _health.Read().State);
        Call(AttemptVerdict.Succeeded, force: true);
        Assert.Equal(CircuitState.Closed, _health.Read().State);
    }

    [Fact]
    public void Quota_OpensAtOnceAndForLonger()
    {
        Call(AttemptVerdict.QuotaGone);
        Assert.Equal((CircuitState.Open, CircuitReason.Quota), (_health.Read().State, _health.Read().Reason));
        _clock.AdvanceMs(29_000);
        Assert.True(Refuses());
        _clock.AdvanceMs(1_001);
        Assert.Equal(CircuitState.HalfOpen, _health.Read().State);
    }

    [Fact]
    public void Slow_AgainstItsOwnHabit_OpensWithinTenSeconds()
    {
        Call(AttemptVerdict.Succeeded, 50, times: 20);
        var began = _clock.GetUtcNow();
        while (_health.Read().State == CircuitState.Closed) Call(AttemptVerdict.Succeeded, 1_500);
        Assert.InRange((_clock.GetUtcNow() - began).TotalSeconds, 0, 10);
        Assert.Equal(CircuitReason.Slow, _health.Read().Reason);
    }

    [Fact]
    public void Stuck_OpensWhileNothingHasEnded_AndThoseThatWaitAreHurried()
    {
        Call(AttemptVerdict.Succeeded, 50, times: 20);
        _clock.AdvanceMs(10_000);
        var hurried = new List<TimeSpan>();
        var uses = Enumerable.Range(0, 6).Select(_ => Enter()).ToList();
        foreach (var use in uses) use.Hurry = hurried.Add;
        _clock.AdvanceMs(3_000);
        Assert.Equal(Availability.CircuitOpen, _health.Check(default).Can);
        Assert.Equal(6, hurried.Count);
        Assert.All(hurried, wait => Assert.InRange(wait.TotalSeconds, 0.1, 5));
    }

    [Fact]
    public void CallersWhoLeaveForWaiting_MakeItSlow()
    {
        Call(AttemptVerdict.Succeeded, 50, times: 20);
        _clock.AdvanceMs(10_000);
        for (var i = 0; i < 5; i++) Call(AttemptVerdict.Neutral, 1_200);
        Call(AttemptVerdict.Neutral, 300, force: true);
        Assert.Equal(CircuitReason.Slow, _health.Read().Reason);
    }

    [Fact]
    public void SlowStream_ThatBeginsInTime_IsNotSlow()
    {
        for (var i = 0; i < 40; i++)
        {
            var use = Enter(streamed: true);
            _clock.AdvanceMs(100);
            use.FirstByte();
            _clock.AdvanceMs(30_000);
            use.Leave(AttemptVerdict.Succeeded);
        }

        var read = _health.Read();
        Assert.Equal((CircuitState.Closed, 100), (read.State, read.FirstByte.P99));
        Assert.InRange(read.Latency.P50!.Value, 30_000, 31_000);
    }

    [Fact]
    public void Limits_RequestsTokensAndCallsAtATime()
    {
        var two = new AccountLimits(2, null, null);
        Enter(limits: two).Leave(AttemptVerdict.Succeeded);
        Enter(limits: two).Leave(AttemptVerdict.Succeeded);
        Assert.True(Refuses(two, force: true));
        _clock.AdvanceMs(60_000);
        var one = new AccountLimits(null, null, 1);
        var running = Enter(limits: one);
        Assert.True(Refuses(one, force: true));
        running.Leave(AttemptVerdict.Succeeded);
        Assert.False(Refuses(one));
        _clock.AdvanceMs(60_000);
        var tokens = new AccountLimits(null, 150, null);
        var use = Enter(limits: tokens);
        Assert.True(Refuses(tokens));
        use.Leave(AttemptVerdict.Succeeded, tokens: 10);
        Assert.False(Refuses(tokens));
    }

    [Fact]
    public void Proven_UntilItFails_AndAgainWhenItAnswers()
    {
        Assert.True(_health.IsProven);
        var first = Enter(extra: true);
        Assert.False(_health.IsProven);
        first.Leave(AttemptVerdict.Succeeded);
        Assert.True(_health.IsProven);
        Call(AttemptVerdict.Failed);
        Assert.False(_health.IsProven);
        Call(AttemptVerdict.Succeeded);
        Assert.True(_health.IsProven);
    }

    [Fact]
    public void RetryBudget_EmptiesAndFillsByGoodCalls()
    {
        var budget = new RetryBudget();
        Assert.Equal(10, Enumerable.Range(0, 50).Count(_ => budget.TryTake()));
        for (var i = 0; i < 9; i++) budget.Succeeded();
        Assert.False(budget.TryTake());
        budget.Succeeded();
        Assert.True(budget.TryTake());
    }
}
