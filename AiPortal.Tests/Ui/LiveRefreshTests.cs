using System.Globalization;
using AiPortal.Ui;
using Bunit;
using Xunit;

namespace AiPortal.Tests.Ui;

public sealed class LiveRefreshTests : WidgetTest
{
    private readonly List<string> _refreshes = [];

    [Fact]
    public void Signal_AfterQuiet_RefreshesAtOnceInTheReadersLanguage()
    {
        Speak("zh-CN");
        Render();
        Speak("en");
        Signals.Raise("ledger");
        Clock.Advance(TimeSpan.Zero);
        Assert.Equal(["zh-CN"], _refreshes);
    }

    [Fact]
    public void Signals_InAStorm_RefreshOnceASecondAndOnceAfterTheLast()
    {
        Render();
        for (var i = 0; i < 25; i++)
        {
            Signals.Raise("ledger");
            Clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(3, _refreshes.Count);
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(4, _refreshes.Count);
        Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(4, _refreshes.Count);
    }

    [Fact]
    public void Signal_WhileRefreshing_RefreshesAgainAfterwards()
    {
        var reading = new TaskCompletionSource();
        var starts = 0;
        Render<LiveRefresh>(parameters => parameters.Add(live => live.Topic, "ledger").Add(live => live.OnRefresh, () =>
        {
            starts++;
            return reading.Task;
        }));
        Signals.Raise("ledger");
        Clock.Advance(TimeSpan.Zero);
        Signals.Raise("ledger");
        Clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(1, starts);

        reading.SetResult();
        Assert.True(SpinWait.SpinUntil(() => TickUntil(() => starts == 2), TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Signal_OfAnotherTopic_IsNotHeard()
    {
        Render();
        Signals.Raise("keys");
        Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty(_refreshes);
    }

    [Fact]
    public async Task Signal_AfterDisposal_IsNotHeard()
    {
        Render();
        await DisposeComponentsAsync();
        Signals.Raise("ledger");
        Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty(_refreshes);
        Assert.Equal(0, Clock.LiveTimers);
    }

    // The end of the first reading comes back through the renderer, on a thread of its own.
    private bool TickUntil(Func<bool> condition)
    {
        Clock.Advance(TimeSpan.FromSeconds(1));
        return condition();
    }

    private void Render() => Render<LiveRefresh>(parameters => parameters
        .Add(live => live.Topic, "ledger")
        .Add(live => live.OnRefresh, () => _refreshes.Add(CultureInfo.CurrentUICulture.Name)));
}
