using AiPortal.Core.Data;
using Xunit;

namespace AiPortal.Tests.Data;

public sealed class LiveSignalsTests
{
    [Fact]
    public void Raise_ReachesTheTopicsListenersUntilTheyLeave()
    {
        var signals = new LiveSignals();
        var heard = new List<string>();
        var first = signals.Subscribe("ledger", () => heard.Add("first"));
        using var second = signals.Subscribe("ledger", () => heard.Add("second"));
        using var other = signals.Subscribe("keys", () => heard.Add("other"));

        signals.Raise("ledger");
        Assert.Equal(["first", "second"], heard.Order());

        first.Dispose();
        first.Dispose();
        heard.Clear();
        signals.Raise("ledger");
        signals.Raise("nobody");
        Assert.Equal(["second"], heard);
    }

    [Fact]
    public void Raise_WhileListenersComeAndGo_NeverFails()
    {
        var signals = new LiveSignals();
        var heard = 0;
        using var always = signals.Subscribe("ledger", () => Interlocked.Increment(ref heard));
        Parallel.For(0, 2_000, i =>
        {
            using var passing = signals.Subscribe("ledger", () => { });
            signals.Raise("ledger");
        });
        Assert.Equal(2_000, heard);
    }
}
