using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Ui.Figures;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Keys;

/// <summary>Who holds a key, what does it spend, and what is left of its budget?</summary>
public sealed partial class KeysPage
{
    private const string SearchName = "q";
    private const string StatusName = "status";
    private DataTable<KeyLine>? _table;
    private Guid? _open;
    private string _topic = "";
    private bool _allowed = true;
    private bool _mayChange;
    private (string?, KeyStatus?)? _shown;

    [Inject] internal IStringLocalizer<KeysText> Text { get; init; } = default!;

    [Inject] internal KeySheet Sheet { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [SupplyParameterFromQuery(Name = SearchName)] private string? Search { get; set; }

    [SupplyParameterFromQuery(Name = StatusName)] private string? StatusWord { get; set; }

    private KeyStatus? Shown => EnumWord.TryParse<KeyStatus>(StatusWord, out var status) ? status : null;

    private bool Filtered => Search is not null || Shown is not null;

    private IReadOnlyList<(KeyStatus?, string)> States =>
        [(null, Text["Status.all"]), (KeyStatus.Active, Text["Status.active"]), (KeyStatus.Disabled, Text["Status.disabled"]), (KeyStatus.Revoked, Text["Status.revoked"])];

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _allowed = actor.May(Permission.ViewKeys, organization);
        _mayChange = actor.May(Permission.ManageKeys, organization);
        _topic = LedgerSignals.Topic(organization);
    }

    protected override async Task OnParametersSetAsync()
    {
        var wanted = (Search, Shown);
        if (_shown is { } shown && shown != wanted) await ReloadAsync();
        _shown = wanted;
    }

    internal static Meaning MeaningOf(string status) => status switch
    {
        "active" => Meaning.Good,
        "disabled" => Meaning.Notice,
        "expired" => Meaning.Warning,
        _ => Meaning.Stop,
    };

    private async Task<TablePage<KeyLine>> LoadAsync(TableQuery query)
    {
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Permission.ViewKeys, organization)) return new TablePage<KeyLine>([], 0);
        var (lines, total) = await Sheet.ReadAsync(organization, Search, Shown, query.Skip, query.Take);
        return new TablePage<KeyLine>(lines, total);
    }

    private void Go(string name, string? value) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(name, string.IsNullOrEmpty(value) ? null : value), replace: true);

    private async Task CreateAsync()
    {
        if (await KeyDialog.ShowAsync(Dialogs, Text["Create.Title"]) is { } made) await ShowSecretAsync(made);
        await ReloadAsync();
    }

    private Task ShowSecretAsync(IssuedKey issued) => KeySecretDialog.ShowAsync(Dialogs, Text["Secret.Title", issued.Listing.Key.Name], issued);

    private async Task ReloadAsync()
    {
        if (_table is not null) await _table.ReloadAsync();
    }
}
