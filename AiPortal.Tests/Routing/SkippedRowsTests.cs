using System.Net;
using AiPortal.Core.Keys;
using AiPortal.Core.Routing;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AiPortal.Tests.Routing;

public sealed class SkippedRowsTests(GatewayHost gateway) : IClassFixture<GatewayHost>
{
    [Theory]
    [InlineData("key", "UPDATE api_keys SET key_hash = '\\x0102' WHERE id = $1")]
    [InlineData("key", "UPDATE api_keys SET key_hash = key_hash || '\\x00' WHERE id = $1")]
    [InlineData("key", "UPDATE api_keys SET ip_allow = ARRAY['10.0.0.0/8', 'nowhere/99'] WHERE id = $1")]
    [InlineData("organization", "UPDATE organizations SET time_zone = 'Mars/Olympus_Mons' WHERE id = $1")]
    [InlineData("provider", "UPDATE providers SET api_key_cipher = '\\x0102' WHERE id = $1")]
    [InlineData("provider", "UPDATE providers SET base_url = 'no address' WHERE id = $1")]
    public async Task Row_Malformed_IsLeftOutAndCountedWhileTheOthersLoad(string kind, string harm)
    {
        var store = gateway.Portal.Services.GetRequiredService<SnapshotStore>();
        var before = store.Current.SkippedRows;
        var id = kind switch
        {
            "key" => (await gateway.IssueKeyAsync()).Id,
            "organization" => (await gateway.Portal.Admin.PostApiAsync("/organizations", new { name = "Broken" })).Id,
            _ => await gateway.AddProviderAsync($"broken {harm.Length}", gateway.Upstream.BaseUrl, ["no-model"], 9),
        };
        await gateway.Portal.Database.ExecuteAsync(harm, id);
        await store.ChangedAsync(default);

        Assert.Equal(before + 1, store.Current.SkippedRows);
        // A key made after the harm is in force: the load as a whole went through.
        var (_, client) = await gateway.IssueKeyAsync(new KeyDraft { Name = "after the harm" });
        gateway.Upstream.Next(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(10, 10)));
        using var answer = await client.PostAsync("/v1/chat/completions", GatewayHost.Chat());
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var anonymous = gateway.Portal.Anonymous();
        Assert.Contains("# TYPE aiportal_snapshot_rows_skipped gauge", await anonymous.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public void Row_MalformedAtEachLoad_IsLoggedOnceUntilItIsRepaired()
    {
        var log = new Lines();
        var id = Guid.Parse("01997a5e-6c00-7d3b-9c55-2f6a8b1c4d01");
        var rows = new SkippedRows(log, null);
        foreach (var good in new[] { false, false, true, false })
        {
            rows = new SkippedRows(log, rows);
            var made = rows.Keep("key", id, () => good ? "made" : throw new FormatException("10.0.0.x"));
            Assert.Equal((good ? "made" : null, good ? 0 : 1), (made, rows.Count));
        }

        Assert.Equal(2, log.Written.Count);
        Assert.All(log.Written, line => Assert.Contains(id.ToString(), line, StringComparison.Ordinal));
        Assert.All(log.Written, line => Assert.DoesNotContain("10.0.0.x", line, StringComparison.Ordinal));
    }

    private sealed class Lines : ILogger
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add(formatter(state, exception));
    }
}
