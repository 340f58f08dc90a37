using AiPortal.Access;
using AiPortal.Analytics.Calls;
using AiPortal.Core.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Budgets;
using AiPortal.Core.Ledger;
using AiPortal.Shell;
using AiPortal.Ui.Figures;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Analytics;

/// <summary>What does AI cost now, where does it go, and is anything about to run out?</summary>
public sealed partial class DashboardPage
{
    private const string DaysName = "days";
    private const int FewDays = 30;
    private const int ManyDays = 90;
    private const int LatestCount = 10;

    private readonly SeriesColors _colors = new();
    private SpendBoard? _board;
    private DashboardCharts? _charts;
    private FirstSteps? _steps;
    private SetUp? _setUp;
    private IReadOnlyList<NamedCall>? _calls;
    private IReadOnlyList<BudgetReading>? _budgets;
    private bool _allowed = true;
    private bool _mayViewCalls = true;
    private bool _mayViewBudgets = true;
    private int _shownDays;
    private string _topic = "";

    [Inject] internal IStringLocalizer<AnalyticsText> Text { get; init; } = default!;

    [Inject] internal SpendBoards Boards { get; init; } = default!;

    [Inject] internal CallTable Calls { get; init; } = default!;

    [Inject] internal BudgetList Budgets { get; init; } = default!;

    [Inject] internal FirstStepReads Steps { get; init; } = default!;

    [Inject] internal SetUpReads SetUps { get; init; } = default!;

    [CascadingParameter] private Preferences? Preferences { get; set; }

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [CascadingParameter] private DisplayZone Zone { get; set; } = DisplayZone.Utc;

    [SupplyParameterFromQuery(Name = DaysName)] private string? DaysWanted { get; set; }

    private int Days => DaysWanted == "90" ? ManyDays : FewDays;

    private bool Loading => _board is null;

    private IReadOnlyList<(int, string)> Periods => [(FewDays, Text["Period.Days", FewDays]), (ManyDays, Text["Period.Days", ManyDays])];

    private string? ThanLastMonth => _board is { LastMonthDates: var (from, to) } ? Text["Than.Month", Formats.Current.Day(from), Formats.Current.Day(to)].Value : null;

    private string MonthHref => new CallQuery { From = _board is { TodayOn: var today } ? new DateOnly(today.Year, today.Month, 1) : null }.Href;

    protected override async Task OnParametersSetAsync()
    {
        if (_shownDays == Days) return;
        _shownDays = Days;
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _allowed = actor.May(Permission.ViewCost, organization);
        _mayViewCalls = actor.May(Permission.ViewCalls, organization);
        _mayViewBudgets = actor.May(Permission.ViewBudgets, organization);
        _topic = LedgerSignals.Topic(organization);
        if (!_allowed) return;

        var days = Days;
        var board = Boards.ReadAsync(organization, days);
        var calls = Calls.ReadAsync(organization, new RecordFilter(), skip: 0, LatestCount);
        var budgets = Budgets.AllAsync(organization);
        await Task.WhenAll(board, calls, budgets);
        if (days != Days) return;

        _board = await board;
        _charts = new DashboardCharts(_board, _colors, Text, Formats.Current);
        _calls = await calls;
        _budgets = await budgets;
        _steps = _calls.Count == 0 && _board.Shown.Requests == 0 && await Steps.ReadAsync(organization) is { HasCall: false } steps ? steps : null;
        // A demo has nothing to set up, and who may not set up is not asked to.
        var asked = _steps is null && Preferences?.SetUpHidden != true && !_board.IsDemo && actor.May(Permission.ManageOrganization, organization);
        _setUp = asked && await SetUps.ReadAsync(organization) is { IsDone: false } setUp ? setUp : null;
    }

    private void SetDays(int days) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(DaysName, days == FewDays ? null : days), replace: true);

    private List<decimal?>? Trend(Func<SpendSum, decimal> figure) => _board?.MonthDays.Select(sum => (decimal?)figure(sum)).ToList();
}
