using AiPortal.Ui.Figures;
using AiPortal.Ui.Panels;
using Bunit;
using Xunit;

namespace AiPortal.Tests.Ui;

public sealed class WidgetsTests : WidgetTest
{
    [Fact]
    public void MoneyText_WithoutAnAmount_IsADashThatSaysSo()
    {
        var text = Render<MoneyText>(p => p.Add(m => m.Amount, null));
        text.MarkupMatches("""<span class="muted" title="No data">—</span>""");
    }

    [Fact]
    public void MoneyText_OfACall_ShowsSixDecimalsAndAllOfThemOnHover()
    {
        var text = Render<MoneyText>(p => p.Add(m => m.Amount, 0.000000150001m).Add(m => m.Mode, MoneyMode.Call));
        text.MarkupMatches("""<span class="number" title="$0.000000150001">&lt;$0.000001</span>""");
    }

    [Fact]
    public void CountText_IsShortWithTheExactCountOnHover() =>
        Render<CountText>(p => p.Add(c => c.Value, 12_412)).MarkupMatches("<span class=\"number\" title=\"12,412\">12.4\u00a0k</span>");

    [Fact]
    public void TimeText_IsRelativeAndExactOnHoverInTheCascadedZone()
    {
        var zone = new DisplayZone(TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));
        var text = Render<TimeText>(p => p.Add(t => t.At, Clock.GetUtcNow().AddMinutes(-2)).AddCascadingValue(zone));
        text.MarkupMatches("""<time class="number" datetime="2026-06-01T11:58:00Z" title="Jun 1, 2026, 19:58:00 (Asia/Shanghai)">2 minutes ago</time>""");
    }

    [Fact]
    public void TimeText_OfLongAgo_IsADate() =>
        Assert.Equal("Apr 22, 2026, 12:00", Render<TimeText>(p => p.Add(t => t.At, Clock.GetUtcNow().AddDays(-40))).Find("time").TextContent);

    [Fact]
    public void StatTile_WithHref_IsOneLinkWithItsChangeInWords()
    {
        var tile = Render<StatTile>(p => p.Add(t => t.Label, "Today").Add(t => t.Current, 9).Add(t => t.Previous, 10).Add(t => t.ComparedWith, "than yesterday").Add(t => t.Href, "/calls").AddChildContent("$9.00"));
        Assert.Equal("/calls", tile.Find("a.stat-tile").GetAttribute("href"));
        Assert.Equal("Down 10% than yesterday", tile.Find(".stat-change").TextContent.Trim());
        Assert.NotNull(tile.Find(".stat-change svg"));
    }

    [Fact]
    public void StatusBadge_HasAnIconAndAWord()
    {
        var badge = Render<StatusBadge>(p => p.Add(b => b.Text, "Revoked").Add(b => b.Meaning, Meaning.Stop));
        Assert.Equal("Revoked", badge.Find(".badge-stop").TextContent);
        Assert.NotNull(badge.Find("svg"));
    }

    [Fact]
    public void BudgetBar_TellsItsPartsInWordsAndTicks()
    {
        var bar = Render<BudgetBar>(p => p.Add(b => b.Label, "Team A").Add(b => b.Spent, 84).Add(b => b.Held, 3).Add(b => b.Limit, 100).Add(b => b.Thresholds, [0.8m, 0.95m]));
        var meter = bar.Find("[role=meter]");
        Assert.Equal("$84.00 of $100.00", meter.GetAttribute("aria-valuetext"));
        Assert.Equal(["left: 80%", "left: 95%"], bar.FindAll(".budget-tick").Select(tick => tick.GetAttribute("style")));
        Assert.Equal("Spent $84.00Held $3.00Free $13.00", string.Concat(bar.FindAll(".budget-legend > span").Select(part => part.TextContent.Trim())));
        Assert.Contains("budget-warning", bar.Find(".budget").ClassName, StringComparison.Ordinal);
    }

    [Fact]
    public void Icon_WithAnUnknownName_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Render<AiPortal.Ui.Icon>(p => p.Add(i => i.Name, "nothing")));
}
