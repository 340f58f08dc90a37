using AiPortal.Core.Data;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Data;

/// <summary>What could not be heard is made up for.</summary>
public sealed class SignalListenerTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Listener_ConnectionWasLost_RaisesEveryTopicWhenItListensAgain()
    {
        var heard = 0;
        using var open = host.Services.GetRequiredService<LiveSignals>().Subscribe("any", () => Interlocked.Increment(ref heard));
        await host.Database.InterruptAsync();
        await Eventually.HoldsAsync(() => Task.FromResult(Volatile.Read(ref heard) > 0), TimeSpan.FromSeconds(30), () => "nothing was raised");
    }
}
