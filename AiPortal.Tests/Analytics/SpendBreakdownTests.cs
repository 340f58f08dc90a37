using AiPortal.Core.Analytics;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Days;
using AiPortal.Core.Money;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger;
using Xunit;
using Xunit.Abstractions;

namespace AiPortal.Tests.Analytics;

public sealed class SpendBreakdownTests(TestDatabase database, ITestOutputHelper output) : IClassFixture<TestDatabase>
{
    private static readonly DateTimeOffset Begin = new(2026, 10, 20, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Zones of whole, half and quarter hours, with and without a clock change in the span.</summary>
    [Theory]
    [InlineData("UTC")]
    [InlineData("America/New_York")]
    [InlineData("Asia/Kathmandu")]
    [InlineData("Pacific/Chatham")]
    public async Task Breakdown_AnySpan_IsWhatTheRollupsSay(string zone)
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var ledger = await new LedgerRows(database).InitializeAsync(zone);
        Guid[] people = [.. Enumerable.Range(0, 4).Select(_ => Ids.New(TimeProvider.System))];
        await database.WriteAsync(ledger.Id, [.. Enumerable.Range(0, 120).Select(_ => new ScriptedEntry(Begin.AddMinutes(random.Next(30 * 24 * 60)), random.Next(1, 1_000))
        {
            UserId = random.Next(5) is var who and < 4 ? people[who] : null,
            TeamId = random.Next(2) == 0 ? ledger.Research.Id : ledger.Support.Id,
            Model = $"model-{random.Next(3)}",
        })]);
        var calendar = OrganizationCalendar.Of(zone);
        var breakdown = new SpendBreakdown(ledger.Tenants);
        List<Period> spans = [calendar.MonthOf(2026, 10), calendar.MonthOf(2026, 11), calendar.DayOf(new DateOnly(2026, 11, 1)), new(Begin, Begin.AddDays(30))];
        for (var i = 0; i < 20; i++)
        {
            var start = Begin.AddMinutes(15 * random.Next(30 * 96));
            spans.Add(new Period(start, start.AddMinutes(random.Next(1, 20_000))));
        }

        foreach (var span in spans)
        {
            foreach (var dimension in Enum.GetValues<Dimension>())
            {
                var shares = await breakdown.ReadAsync(ledger.Id, dimension, span);
                Assert.Equal(await RollupsAsync(ledger.Id, dimension, span), shares.Select(share => share.Cost).Order().ToArray());
            }
        }
    }

    private async Task<decimal[]> RollupsAsync(Guid organization, Dimension dimension, Period span)
    {
        var value = UsageDaySql.Values.Single(v => v.Word == EnumWord.Of(dimension));
        return await database.ScalarAsync<decimal[]>($"""
            SELECT coalesce(array_agg(cost ORDER BY cost), ARRAY[]::numeric[]) FROM (
              SELECT sum(total_cost) AS cost FROM usage_rollups WHERE organization_id = $1 AND bucket_at >= $2 AND bucket_at < $3 GROUP BY {value.Id}, {value.Name}) shares
            """.Replace("GROUP BY NULL::uuid, ", "GROUP BY ", StringComparison.Ordinal).Replace(", NULL::text)", ")", StringComparison.Ordinal), organization, span.Start.ToUniversalTime(), span.End.ToUniversalTime());
    }
}
