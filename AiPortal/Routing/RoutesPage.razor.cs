using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using AiPortal.Core.Routing.Routes;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Routing;

/// <summary>Where do calls for a model go, and why there?</summary>
public sealed partial class RoutesPage
{
    private const string SearchName = "q";

    private IReadOnlyDictionary<Guid, string> _accounts = new Dictionary<Guid, string>();
    private DataTable<ModelRoute>? _table;
    private TrialPanel? _trial;
    private ModelRoute? _open;
    private bool _allowed = true;
    private bool _mayChange;
    private bool _loaded;
    private string? _shown;

    [Inject] internal IStringLocalizer<RoutesText> Text { get; init; } = default!;

    [Inject] internal RouteList Routes { get; init; } = default!;

    [Inject] internal ProviderList Providers { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [SupplyParameterFromQuery(Name = SearchName)] private string? Search { get; set; }

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _allowed = actor.May(Permission.ViewProviders, organization);
        _mayChange = actor.May(Permission.ManageProviders, organization);
    }

    protected override async Task OnParametersSetAsync()
    {
        if (_loaded && _shown != Search && _table is not null) await _table.ReloadAsync();
        (_loaded, _shown) = (true, Search);
    }

    // Routes are few: one page of the list holds them.
    private async Task<TablePage<ModelRoute>> LoadAsync(TableQuery query)
    {
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Permission.ViewProviders, organization)) return new TablePage<ModelRoute>([], 0);
        _accounts = (await Providers.PageAsync(organization, new ProviderFilter(), Cursor.MaxLimit, null)).Data.ToDictionary(account => account.Id, account => account.Name);
        var page = await Routes.PageAsync(organization, Search, Cursor.MaxLimit, null);
        return new TablePage<ModelRoute>([.. page.Data.Skip(query.Skip).Take(query.Take)], page.Data.Count);
    }

    private string TargetsOf(ModelRoute row) =>
        row.Targets.Count == 0 ? Text["Targets.All"] : string.Join(" → ", row.Targets.OrderBy(target => target.Priority).Select(target => RouteWords.Target(target, _accounts, Text)));

    private void Go(string name, string? value) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(name, value), replace: true);

    private async Task EditAsync(ModelRoute? row)
    {
        if (await RouteDialog.ShowAsync(Dialogs, Text[row is null ? "Add.Title" : "Edit.Title"], row) is { } changed) await ChangedAsync(changed);
    }

    private async Task ChangedAsync(ModelRoute row)
    {
        _open = row;
        await ReloadAsync();
    }

    private async Task RemovedAsync()
    {
        _open = null;
        await ReloadAsync();
    }

    private async Task TryAsync(ModelRoute row)
    {
        _open = null;
        if (_trial is not null) await _trial.TryAsync(row.Model.Contains('*', StringComparison.Ordinal) ? null : row.Model);
    }

    private Task ReloadAsync() => _table?.ReloadAsync() ?? Task.CompletedTask;
}
