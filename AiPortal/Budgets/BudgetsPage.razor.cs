using AiPortal.Access;
using AiPortal.Budgets.Requests;
using AiPortal.Core.Access;
using AiPortal.Core.Analytics.Planning;
using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Shell.Environments;
using AiPortal.Ui.Figures;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Budgets;

/// <summary>How much is left of each budget, and will it last?</summary>
public sealed partial class BudgetsPage
{
    private const string SearchName = "q";
    private const string KindName = "kind";
    private const string StateName = "state";
    private const string OpenName = "open";

    /// <summary>Forecasts rest on days; they need not be made anew with every call.</summary>
    private static readonly TimeSpan ForecastAge = TimeSpan.FromSeconds(30);

    private static readonly QuotaType[] Structure =
        [QuotaType.Organization, QuotaType.Department, QuotaType.Team, QuotaType.Project, QuotaType.CostCenter, QuotaType.Environment];

    private readonly HashSet<Guid> _folded = [];
    private readonly Dictionary<Guid, BudgetForecast> _forecasts = [];
    private DataTable<BudgetNode>? _table;
    private BudgetDrawer? _drawer;
    private OpenRequests? _requests;
    private BudgetSummary? _summary;
    private DateTimeOffset _forecastAt;
    private string _topic = "";
    private bool _allowed = true;
    private bool _mayChange;
    private (string?, string, BudgetState, Guid?)? _shown;

    [Inject] internal IStringLocalizer<BudgetsText> Text { get; init; } = default!;

    [Inject] internal BudgetTree Tree { get; init; } = default!;

    [Inject] internal BudgetForecasts Forecasts { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    [CascadingParameter] private DisplayZone Zone { get; set; } = DisplayZone.Utc;

    [CascadingParameter] private ShownEnvironment? Environment { get; set; }

    [SupplyParameterFromQuery(Name = SearchName)] private string? Search { get; set; }

    [SupplyParameterFromQuery(Name = KindName)] private string? KindWord { get; set; }

    [SupplyParameterFromQuery(Name = StateName)] private string? StateWord { get; set; }

    [SupplyParameterFromQuery(Name = OpenName)] private string? OpenWord { get; set; }

    private string Kind => KindWord is "parts" or "people" or "keys" ? KindWord : "";

    private BudgetState State => EnumWord.TryParse<BudgetState>(StateWord, out var state) ? state : BudgetState.All;

    private Guid? Open => Guid.TryParse(OpenWord, out var id) ? id : null;

    private bool Filtered => Search is not null || Kind.Length > 0 || State != BudgetState.All;

    private IReadOnlyList<(string, string)> Kinds => [("", Text["Kind.All"]), ("parts", Text["Kind.Parts"]), ("people", Text["Kind.People"]), ("keys", Text["Kind.Keys"])];

    private IReadOnlyList<(BudgetState, string)> States =>
        [(BudgetState.All, Text["State.All"]), (BudgetState.Near, Text["State.Near"]), (BudgetState.Exceeded, Text["State.Exceeded"])];

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _allowed = actor.May(Permission.ViewBudgets, organization);
        _mayChange = actor.May(Permission.ManageBudgets, organization);
        _topic = LedgerSignals.Topic(organization);
    }

    protected override async Task OnParametersSetAsync()
    {
        var wanted = (Search, Kind, State, Environment?.Id);
        if (_shown is { } shown && shown != wanted && _table is not null) await _table.ReloadAsync();
        _shown = wanted;
    }

    private async Task<TablePage<BudgetNode>> LoadAsync(TableQuery query)
    {
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Permission.ViewBudgets, organization)) return new TablePage<BudgetNode>([], 0);
        QuotaType[]? types = Kind switch
        {
            "parts" => Structure,
            "people" => [QuotaType.User],
            "keys" => [QuotaType.Key],
            _ => null,
        };
        var (nodes, total) = await Tree.ReadAsync(organization, new BudgetTreeFilter(types, Search, State, _folded, Environment?.Id), query.Skip, query.Take);
        await ForecastAsync(organization, nodes);
        if (query.Skip == 0)
        {
            _summary = await Tree.SummaryAsync(organization, Environment?.Id);
            StateHasChanged();
        }

        return new TablePage<BudgetNode>(nodes, total);
    }

    private async Task ForecastAsync(Guid organization, IReadOnlyList<BudgetNode> nodes)
    {
        var now = Clock.GetUtcNow();
        if (now - _forecastAt > ForecastAge)
        {
            _forecasts.Clear();
            _forecastAt = now;
        }

        var missing = nodes.Where(node => !_forecasts.ContainsKey(node.Id)).Select(node => node.Reading).ToList();
        if (missing.Count == 0) return;
        foreach (var (id, forecast) in await Forecasts.ReadAsync(organization, missing)) _forecasts[id] = forecast;
    }

    private async Task CreateAsync()
    {
        if (await BudgetDialog.ShowAsync(Dialogs, Text["Create.Title"], null)) await RefreshAsync();
    }

    private async Task FoldAsync(Guid scope)
    {
        if (!_folded.Remove(scope)) _folded.Add(scope);
        if (_table is not null) await _table.ReloadAsync();
    }

    private async Task RefreshAsync()
    {
        // A changed limit changes its forecast too.
        if (Open is { } open) _forecasts.Remove(open);
        if (_table is not null) await _table.ReloadAsync();
        if (_drawer is not null) await _drawer.ReloadAsync();
        if (_requests is not null) await _requests.ReloadAsync();
    }

    private static RenderFragment? Figure(int? count) => count is { } value ? builder => builder.AddContent(0, Formats.Current.CountExact(value)) : null;

    private string AddressOf(string name, string? value) => Navigation.GetUriWithQueryParameter(name, string.IsNullOrEmpty(value) ? null : value);

    private void Go(string name, string? value) => Navigation.NavigateTo(AddressOf(name, value), replace: true);
}
