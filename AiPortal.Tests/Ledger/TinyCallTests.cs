using System.Globalization;
using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Days;
using AiPortal.Core.Money;
using AiPortal.Tests.Catalog;
using AiPortal.Tests.Fixtures;
using Xunit;
using Xunit.Abstractions;

namespace AiPortal.Tests.Ledger;

/// <summary>RELIABILITY M12: calls of one token, on the ledger, summed every way that a report sums them.</summary>
public sealed class TinyCallTests(TestDatabase database, ITestOutputHelper output) : IClassFixture<TestDatabase>
{
    private const int Batch = 5_000;
    private static readonly string[] Cultures = ["tr-TR", "de-DE", "fa-IR", "zh-CN"];

    [Fact]
    public async Task OneTokenCalls_UnderEveryGroupingAndCulture_SumExactly()
    {
        var count = Environment.GetEnvironmentVariable("AIPORTAL_LONG") == "1" ? 1_000_000 : 20_000;
        const int seed = 12;
        output.WriteLine($"seed {seed}, {count} calls");
        var random = new Random(seed);
        var organization = Ids.New(TimeProvider.System);
        var keys = Enumerable.Range(0, 17).Select(_ => Ids.New(TimeProvider.System)).ToArray();
        var start = new DateTimeOffset(2026, 11, 3, 0, 0, 0, TimeSpan.Zero);
        Int128 exact = 0;
        await using (var connection = await database.Portal.System.OpenConnectionAsync())
        using (var book = new LedgerBook([new UsageDayPosting()]))
        {
            await book.PrepareAsync(connection, [start], default);
            for (var done = 0; done < count; done += Batch)
            {
                CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(Cultures[done / Batch % Cultures.Length]);
                var entries = new List<LedgerEntry>(Batch);
                for (var i = 0; i < Batch; i++)
                {
                    var cents = random.Next(2, 16);
                    exact += cents * 10_000; // pico-dollars for one token at cents/100 a million
                    entries.Add(Entry(organization, keys[random.Next(keys.Length)], start.AddSeconds(random.Next(86_400 * 20)), cents));
                }

                await using var transaction = await connection.BeginTransactionAsync();
                await book.AddAsync(connection, entries, [], default);
                await transaction.CommitAsync();
            }
        }

        var expected = Usd.FromPico(exact);
        const string mine = "WHERE organization_id = $1";
        foreach (var grouping in (string[])["key_id", "model_name", "date_trunc('hour', started_at)", "date_trunc('day', started_at AT TIME ZONE 'Asia/Kolkata')", "(random() * 997)::int", "position % 7"])
            Assert.Equal(expected, await SumAsync($"SELECT sum(part) FROM (SELECT sum(total_cost) AS part FROM ledger_entries {mine} GROUP BY {grouping}) parts"));
        Assert.Equal(expected, await SumAsync($"SELECT sum(total_cost) FROM usage_rollups {mine}"));
        foreach (var dimension in (string[])["organization", "key", "key_month", "model"])
            Assert.Equal(expected, await SumAsync($"SELECT sum(total_cost) FROM usage_days {mine} AND dimension = '{dimension}'"));
        // A report's division: the average times the count.
        Assert.InRange(await SumAsync($"SELECT round(avg(total_cost) * count(*), 12) FROM ledger_entries {mine}") - expected, -0.000001m, 0.000001m);

        Task<decimal> SumAsync(string sql) => database.ScalarAsync<decimal>(sql, organization);
    }

    private static LedgerEntry Entry(Guid organization, Guid key, DateTimeOffset at, int cents)
    {
        var entry = new LedgerEntry
        {
            Id = Ids.New(TimeProvider.System),
            StartedAt = at,
            OrganizationId = organization,
            RequestId = Ids.New(TimeProvider.System),
            Attempt = 1,
            Final = true,
            KeyId = key,
            ProviderName = "tiny",
            ModelName = $"model-{cents}",
            RequestType = "chat",
            CostType = "ai_api",
        };
        var usage = new Usage(1, 0, 0, 0, 0);
        SettledCost.Write(entry, usage, Prices.Row(cents / 100m, 0).CostOf(usage), null);
        return entry;
    }
}
