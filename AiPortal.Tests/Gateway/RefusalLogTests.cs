using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Chat;
using AiPortal.Gateway;
using AiPortal.Tests.Fixtures;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AiPortal.Tests.Gateway;

/// <summary>A storm of refusals must not become a storm of log lines, and no refusal may be missing from their count.</summary>
public sealed class RefusalLogTests
{
    [Fact]
    public void Write_ThousandsOfOneReason_SaysTheFirstOfEachSecondAndHowManyMore()
    {
        var (clock, lines) = (new HandClock(), new Lines());
        var log = new RefusalLog(clock, lines);
        var call = new GatewayCall(new DefaultHttpContext(), ChatOperation.Instance, default, Guid.Empty, DateTimeOffset.UnixEpoch, 0);
        clock.Advance(TimeSpan.FromMinutes(1));

        for (var i = 0; i < 5_000; i++) log.Write(call, GatewayFailure.Overloaded);
        log.Write(call, GatewayFailure.BudgetExceeded);
        Assert.Equal(10, lines.All.Count(line => line.EndsWith("Overloaded", StringComparison.Ordinal)));
        Assert.Single(lines.All, line => line.EndsWith("BudgetExceeded", StringComparison.Ordinal));

        clock.Advance(TimeSpan.FromSeconds(1));
        log.Write(call, GatewayFailure.Overloaded);
        Assert.Equal("4990 more calls: Overloaded", lines.All[^2]);
        Assert.Contains("Overloaded", lines.All[^1], StringComparison.Ordinal);

        clock.Advance(TimeSpan.FromSeconds(1));
        log.Write(call, GatewayFailure.Overloaded);
        Assert.Equal(14, lines.All.Count);
    }

    private sealed class Lines : ILogger<RefusalLog>
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => All.Add(formatter(state, exception));
    }
}
