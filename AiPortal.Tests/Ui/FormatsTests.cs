using System.Globalization;
using AiPortal.Ui.Figures;
using Xunit;

namespace AiPortal.Tests.Ui;

public sealed class FormatsTests
{
    private static readonly Formats English = new(CultureInfo.GetCultureInfo("en"));
    private static readonly Formats Chinese = new(CultureInfo.GetCultureInfo("zh-CN"));
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("1234.5", "$1,234.50")]
    [InlineData("0", "$0.00")]
    [InlineData("0.005", "<$0.01")]
    [InlineData("0.0149", "$0.01")]
    [InlineData("0.015", "$0.02")]
    [InlineData("-3.2", "-$3.20")]
    [InlineData("-0.001", ">-$0.01")]
    public void Money_OfASum_HasTwoDecimals(string amount, string shown) => Assert.Equal(shown, English.Money(Decimal(amount), "USD"));

    [Theory]
    [InlineData("0.004211", "$0.004211")]
    [InlineData("0.000000150000", "<$0.000001")]
    [InlineData("0.000001", "$0.000001")]
    [InlineData("0", "$0.000000")]
    [InlineData("12.3456789", "$12.345679")]
    public void Money_OfACall_HasSixDecimalsAndIsNeverNothing(string amount, string shown) => Assert.Equal(shown, English.Money(Decimal(amount), "USD", MoneyMode.Call));

    [Fact]
    public void Money_InAnotherCurrency_IsMarkedForItsReader()
    {
        Assert.Equal("CN¥10.00", English.Money(10, "CNY"));
        Assert.Equal("¥10.00", Chinese.Money(10, "CNY"));
        Assert.Equal("CHF\u00a010.00", English.Money(10, "CHF"));
        Assert.Equal("10.00", English.Amount(10));
        Assert.Equal("$0.000000150001", English.MoneyExact(0.000000150001m, "USD"));
    }

    [Fact]
    public void Times_OfTwelveHours_WhereTheyAreWanted()
    {
        var (at, berlin) = (Now.AddHours(2.5), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        var (english, chinese) = (new Formats(Formats.WithTwelveHours(CultureInfo.GetCultureInfo("en"))), new Formats(Formats.WithTwelveHours(CultureInfo.GetCultureInfo("zh-CN"))));
        Assert.Equal(["Jun 1, 2026, 16:30", "16:30:00", "16:30", "Jun 1, 2026"], Shown(English));
        Assert.Equal(["Jun 1, 2026, 4:30\u00a0PM", "4:30:00\u00a0PM", "4:30\u00a0PM", "Jun 1, 2026"], Shown(english));
        Assert.Equal(["2026年6月1日 下午4:30", "下午4:30:00", "下午4:30", "2026年6月1日"], Shown(chinese));

        string[] Shown(Formats formats) => [formats.DateAndTime(at, berlin), formats.Logged(at, at, berlin), formats.TimeOfDay(at, berlin), formats.Date(at, berlin)];
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(999, "999")]
    [InlineData(1_000, "1\u00a0k")]
    [InlineData(12_412, "12.4\u00a0k")]
    [InlineData(99_940, "99.9\u00a0k")]
    [InlineData(124_120, "124\u00a0k")]
    [InlineData(999_499, "999\u00a0k")]
    [InlineData(999_500, "1\u00a0M")]
    [InlineData(1_840_000, "1.8\u00a0M")]
    [InlineData(2_100_000_000, "2.1\u00a0B")]
    [InlineData(-12_412, "-12.4\u00a0k")]
    [InlineData(long.MaxValue, "9,223,372\u00a0T")]
    public void Count_IsShortened(long count, string shown) => Assert.Equal(shown, English.Count(count));

    [Theory]
    [InlineData("0.1234", "12%")]
    [InlineData("0.0123", "1.2%")]
    [InlineData("0.0999", "10%")]
    [InlineData("-0.02", "-2%")]
    [InlineData("12.5", "1,250%")]
    public void Percent_IsWholeFromTenOn(string share, string shown) => Assert.Equal(shown, English.Percent(Decimal(share)));

    [Fact]
    public void Change_SaysTheDirectionInAWord()
    {
        Assert.Equal("Up 24%", English.Change(12.4m, 10));
        Assert.Equal("Down 10%", English.Change(9, 10));
        Assert.Equal("No change", English.Change(10, 10));
        Assert.Equal("New", English.Change(10, 0));
        Assert.Null(English.Change(10, null));
        Assert.Equal("下降 10%", Chinese.Change(9, 10));
    }

    [Theory]
    [InlineData(2, "just now", "刚刚")]
    [InlineData(59, "59 seconds ago", "59 秒前")]
    [InlineData(60, "1 minute ago", "1 分钟前")]
    [InlineData(7_199, "1 hour ago", "1 小时前")]
    [InlineData(90_000, "1 day ago", "1 天前")]
    [InlineData(259_200, "3 days ago", "3 天前")]
    [InlineData(-30, "just now", "刚刚")]
    public void Ago_IsOneUnit(int seconds, string english, string chinese)
    {
        Assert.Equal(english, English.Ago(Now.AddSeconds(-seconds), Now));
        Assert.Equal(chinese, Chinese.Ago(Now.AddSeconds(-seconds), Now));
    }

    [Fact]
    public void Time_IsShownInTheOrganizationsZone()
    {
        var shanghai = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");
        var at = new DateTimeOffset(2026, 5, 31, 18, 5, 9, TimeSpan.Zero);
        Assert.Equal("Jun 1, 2026, 02:05", English.DateAndTime(at, shanghai));
        Assert.Equal("2026年6月1日 02:05", Chinese.DateAndTime(at, shanghai));
        Assert.Equal("Jun 1, 2026, 02:05:09 (Asia/Shanghai)", English.Exact(at, shanghai));
        Assert.Equal("May 31, 2026", English.Date(at, TimeZoneInfo.Utc));
        Assert.Equal("2026年6月", Chinese.Month(new DateOnly(2026, 6, 1)));
    }

    [Theory]
    [InlineData(840, "840\u00a0ms")]
    [InlineData(3_210, "3.2\u00a0s")]
    [InlineData(125_000, "2\u00a0min\u00a05\u00a0s")]
    public void Duration_IsSaidAsAPersonDoes(int milliseconds, string shown) => Assert.Equal(shown, English.Duration(TimeSpan.FromMilliseconds(milliseconds)));

    private static decimal Decimal(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
