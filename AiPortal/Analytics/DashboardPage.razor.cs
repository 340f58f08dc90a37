using AiPortal.Access;
using AiPortal.Analytics.Calls;
using AiPortal.Core.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Analytics.Planning;
using AiPortal.Core.Budgets;
using AiPortal.Core.Ledger;
using AiPortal.Shell;
using AiPortal.Shell.Environments;
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
    private bool _hasBudgets;
    private bool _allowed = true;
    private bool _mayViewCalls = true;
    private bool _mayViewBudgets = true;
    private (int Days, Guid? Environment)? _shown;
    private string _topic = "";

    [Inject] internal IStringLocalizer<AnalyticsText> Text { get; init; } = default!;

    [Inject] internal SpendBoards Boards { get; init; } = default!;

    [Inject] internal CallTable Calls { get; init; } = default!;

    [Inject] internal BudgetTree Budgets { get; init; } = default!;

    [Inject] internal FirstStepReads Steps { get; init; } = default!;

    [Inject] internal SetUpReads SetUps { get; init; } = default!;

    [CascadingParameter] private ShownEnvironment? Environment { get; set; }

    [CascadingParameter] private Preferences? Preferences { get; set; }

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [CascadingParameter] private DisplayZone Zone { get; set; } = DisplayZone.Utc;

    [SupplyParameterFromQuery(Name = DaysName)] private string? DaysWanted { get; set; }

    private int Days => DaysWanted == "90" ? ManyDays : FewDays;

    private bool Loading => _board is null;

    private IReadOnlyList<(int, string)> Periods => [(FewDays, Text["Period.Days", FewDays]), (ManyDays, Text["Period.Days", ManyDays])];

    private string? ThanLastMonth => _board is { LastMonthDates: var (from, to) } ? Text["Than.Month", Formats.Current.Day(from), Formats.Current.Day(to)].Value : null;

    /// <summary>The calls that the figures are of.</summary>
    private CallQuery Those => new() { Environment = Environment?.Id };

    private string MonthHref => (Those with { From = _board is { TodayOn: var today } ? new DateOnly(today.Year, today.Month, 1) : null }).Href;

    protected override async Task OnParametersSetAsync()
    {
        if (_shown == (Days, Environment?.Id)) return;
        _shown = (Days, Environment?.Id);
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

        var (days, environment) = (Days, Environment?.Id);
        var board = Boards.ReadAsync(organization, days, environment);
        var calls = Calls.ReadAsync(organization, new RecordFilter { EnvironmentId = environment }, skip: 0, LatestCount);
        var budgets = Budgets.FullestAsync(organization, BudgetsNear.Most, environment);
        await Task.WhenAll(board, calls, budgets);
        if ((days, environment) != (Days, Environment?.Id)) return;

        _board = await board;
        _charts = new DashboardCharts(_board, _colors, Text, Formats.Current, environment);
        _calls = await calls;
        (_budgets, _hasBudgets) = await budgets;
        _steps = environment is null && _calls.Count == 0 && _board.Shown.Requests == 0 && await Steps.ReadAsync(organization) is { HasCall: false } steps ? steps : null;
        // A demo has nothing to set up, and who may not set up is not asked to.
        var asked = _steps is null && Preferences?.SetUpHidden != true && !_board.IsDemo && actor.May(Permission.ManageOrganization, organization);
        _setUp = asked && await SetUps.ReadAsync(organization) is { IsDone: false } setUp ? setUp : null;
    }

    /// <summary>Of an environment: its own budgets and those of its keys.</summary>
    private void SetDays(int days) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(DaysName, days == FewDays ? null : days), replace: true);

    private List<decimal?>? Trend(Func<SpendSum, decimal> figure) => _board?.MonthDays.Select(sum => (decimal?)figure(sum)).ToList();
}
