using AiPortal.Core.Money;
using AiPortal.Tests.Alerts;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger;

namespace AiPortal.Tests.Budgets;

/// <summary>An organization's zone, fiscal year or week begins elsewhere: its budgets count by it at once.</summary>
public sealed class CalendarChangeTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Theory]
    [InlineData("weekly", "week_start", "sunday", "saturday", "monday")]
    [InlineData("yearly", "fiscal_year_start", 4, 11, 1)]
    [InlineData("daily", "time_zone", "Pacific/Kiritimati", "Pacific/Chatham", "UTC")]
    public async Task Change_OfTheCalendar_CountsTheCurrentPeriodAnew(string period, string member, params object[] values)
    {
        var now = TimeProvider.System.GetUtcNow();
        var team = await host.TeamAsync();
        // One dollar for every six hours of the last 400 days.
        var starts = Enumerable.Range(0, 1600).Select(i => now.AddHours(-6 * i)).ToList();
        await host.Database.WriteAsync(host.OrganizationId, [.. starts.Select(at => new ScriptedEntry(at, 1m) { TeamId = team })]);
        var budget = (await host.Admin.PostApiAsync("/cost/quotas", new { quota_type = "team", scope_id = team, total_quota = 10_000, period_type = period })).Id;
        foreach (var value in values)
        {
            var changed = await host.Admin.PatchApiAsync($"/organizations/{host.OrganizationId}", new Dictionary<string, object> { [member] = value });
            Assert.Equal(value.ToString(), changed.Json.GetProperty(member).ToString());
            var read = (await host.Admin.GetApiAsync($"/cost/quotas/{budget}")).Json;
            var start = read.GetProperty("period_start").GetDateTimeOffset();
            Assert.Equal(Expected(period, member, value, now), start);
            Assert.Equal(starts.Count(at => at >= start), read.GetProperty("used_quota").GetDecimal());
        }
    }

    /// <summary>By hand: the last such weekday, the last first of that month, the last local midnight.</summary>
    private static DateTimeOffset Expected(string period, string member, object value, DateTimeOffset now)
    {
        var zone = member == "time_zone" ? TimeZoneInfo.FindSystemTimeZoneById((string)value) : TimeZoneInfo.Utc;
        var date = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        if (period == "weekly")
        {
            while (!string.Equals(date.DayOfWeek.ToString(), (string)value, StringComparison.OrdinalIgnoreCase)) date = date.AddDays(-1);
        }
        else if (period == "yearly")
        {
            while (date.Day != 1 || date.Month != (int)value) date = date.AddDays(-1);
        }

        var local = date.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }
}
