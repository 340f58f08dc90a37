using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using AiPortal.Core.Routing.Health;
using AiPortal.Shell.Environments;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Providers;

/// <summary>Which accounts do calls go to, and do they answer?</summary>
public sealed partial class ProvidersPage
{
    private const string SearchName = "q";

    private readonly HashSet<Guid> _testing = [];
    private IReadOnlyDictionary<Guid, ProviderUse> _uses = new Dictionary<Guid, ProviderUse>();
    private string _topic = "";
    private DataTable<ProviderAccount>? _table;
    private ProviderAccount? _open;
    private ProbeResult? _result;
    private bool _allowed = true;
    private bool _mayChange;
    private bool _loaded;
    private (string?, Guid?) _shown;
    private IReadOnlyDictionary<Guid, string> _environments = new Dictionary<Guid, string>();

    [Inject] internal IStringLocalizer<ProvidersText> Text { get; init; } = default!;

    [Inject] internal ProviderList Accounts { get; init; } = default!;

    [Inject] internal ProviderUses Uses { get; init; } = default!;

    [Inject] internal TestProvider Test { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [CascadingParameter] private ShownEnvironment? Environment { get; set; }

    [SupplyParameterFromQuery(Name = SearchName)] private string? Search { get; set; }

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _allowed = actor.May(Permission.ViewProviders, organization);
        _mayChange = actor.May(Permission.ManageProviders, organization);
        _topic = HealthBook.Topic(organization);
        if (!_allowed) return;
        await ReadUsesAsync();
        _environments = (await Accounts.EnvironmentsAsync(organization)).ToDictionary(one => one.Id, one => one.Name);
    }

    protected override async Task OnParametersSetAsync()
    {
        if (_loaded && _shown != (Search, Environment?.Id) && _table is not null) await _table.ReloadAsync();
        (_loaded, _shown) = (true, (Search, Environment?.Id));
    }

    private string? EnvironmentOf(ProviderAccount row) => row.EnvironmentId is { } id ? _environments.GetValueOrDefault(id) : null;

    private string KindName(string kind) => ProviderWords.KindName(kind, Text);

    // Accounts are few: one page of the list holds them.
    private async Task<TablePage<ProviderAccount>> LoadAsync(TableQuery query)
    {
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Permission.ViewProviders, organization)) return new TablePage<ProviderAccount>([], 0);
        var page = await Accounts.PageAsync(organization, new ProviderFilter(Search: Search, EnvironmentId: Environment?.Id), Cursor.MaxLimit, null);
        return new TablePage<ProviderAccount>([.. page.Data.Skip(query.Skip).Take(query.Take)], page.Data.Count);
    }

    private void Go(string name, string? value) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(name, value), replace: true);

    private void Open(ProviderAccount row) => (_open, _result) = (row, null);

    private void Close() => (_open, _result) = (null, null);

    private async Task AddAsync()
    {
        if (await ProviderDialog.ShowAsync(Dialogs, Text["Add.Title"], null) is not { } added) return;
        Open(added);
        await ReloadAsync();
        await TestAsync(added);
    }

    private async Task EditAsync(ProviderAccount row)
    {
        if (await ProviderDialog.ShowAsync(Dialogs, Text["Edit.Title"], row) is { } changed) await ChangedAsync(changed);
    }

    private async Task ChangedAsync(ProviderAccount row)
    {
        (_open, _result) = (row, null);
        await ReloadAsync();
    }

    private async Task RemovedAsync()
    {
        Close();
        await ReloadAsync();
    }

    private async Task TestAsync(ProviderAccount row)
    {
        if (!_testing.Add(row.Id)) return;
        try
        {
            var (actor, organization) = await Current.HereAsync();
            var outcome = await Test.RunAsync(actor, organization, row.Id);
            if (_open?.Id != row.Id) return;
            _result = outcome.IsRefused ? null : outcome.Value;
            _open = await Accounts.FindAsync(organization, row.Id);
        }
        finally
        {
            _testing.Remove(row.Id);
            await ReloadAsync();
        }
    }

    private async Task RefreshAsync()
    {
        await ReadUsesAsync();
        await ReloadAsync();
    }

    private async Task ReadUsesAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        if (actor.May(Permission.ViewCost, organization)) _uses = await Uses.ReadAsync(organization);
    }

    private Task ReloadAsync() => _table?.ReloadAsync() ?? Task.CompletedTask;
}
