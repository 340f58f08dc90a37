using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Keys.Import;
using AiPortal.Shell.Environments;
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
    private const string TeamName = "team";
    private const string EnvironmentName = "environment";
    private const string OwnerName = "owner";
    private const string TagName = "tag";
    private const string Idle = "idle";
    private const string Expiring = "expiring";
    private const int ExpiringDays = 30;
    private readonly HashSet<Guid> _picked = [];
    private DataTable<KeyLine>? _table;
    private Guid? _open;
    private string _topic = "";
    private bool _allowed = true;
    private bool _mayChange;
    private KeyQuery? _shown;
    private KeyChoices? _choices;
    private string? _fault;
    private string? _told;
    private string? _tag;

    [Inject] internal IStringLocalizer<KeysText> Text { get; init; } = default!;

    [Inject] internal KeySheet Sheet { get; init; } = default!;

    [Inject] internal ChangeKeys Changes { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [SupplyParameterFromQuery(Name = SearchName)] private string? Search { get; set; }

    [SupplyParameterFromQuery(Name = StatusName)] private string? StatusWord { get; set; }

    [SupplyParameterFromQuery(Name = TeamName)] private Guid? TeamId { get; set; }

    [SupplyParameterFromQuery(Name = EnvironmentName)] private Guid? EnvironmentId { get; set; }

    [SupplyParameterFromQuery(Name = OwnerName)] private Guid? OwnerId { get; set; }

    [SupplyParameterFromQuery(Name = TagName)] private string? TagText { get; set; }

    /// <summary>Chosen for every page; an address that names another goes before it.</summary>
    [CascadingParameter] private ShownEnvironment? Environment { get; set; }

    private KeyQuery Query => new()
    {
        Search = Search,
        Status = EnumWord.TryParse<KeyStatus>(StatusWord, out var status) ? status : null,
        IdleDays = StatusWord == Idle ? ApiKey.IdleDays : null,
        ExpiringDays = StatusWord == Expiring ? ExpiringDays : null,
        TeamId = TeamId,
        EnvironmentId = EnvironmentId ?? Environment?.Id,
        OwnerUserId = OwnerId,
        Tag = KeyTag.Parse(TagText),
    };

    private bool Filtered => Query != new KeyQuery { EnvironmentId = EnvironmentId is null ? Environment?.Id : null };

    private IReadOnlyList<(string, string)> States =>
    [
        ("", Text["Status.all"]), ("active", Text["Status.active"]), ("disabled", Text["Status.disabled"]), ("revoked", Text["Status.revoked"]), (Expiring, Text["Status.expiring"]), (Idle, Text["Status.idle"]),
    ];

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _allowed = actor.May(Permission.ViewKeys, organization);
        _mayChange = actor.May(Permission.ManageKeys, organization);
        _topic = LedgerSignals.Topic(organization);
        if (_allowed) _choices = await Sheet.ChoicesAsync(organization);
    }

    protected override async Task OnParametersSetAsync()
    {
        var wanted = Query;
        if (_shown is { } shown && shown != wanted)
        {
            // What is no longer in sight must not be changed with what is.
            _picked.Clear();
            (_told, _fault) = (null, null);
            await ReloadAsync();
        }

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
        var (lines, total) = await Sheet.ReadAsync(organization, Query, query.Skip, query.Take);
        return new TablePage<KeyLine>(lines, total);
    }

    private void Go(string name, string? value) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(name, string.IsNullOrEmpty(value) ? null : value), replace: true);

    private void Unfilter() => Navigation.NavigateTo("/keys", replace: true);

    private async Task CreateAsync()
    {
        if (await KeyDialog.ShowAsync(Dialogs, Text["Create.Title"]) is { } made) await ShowSecretAsync(made);
        await ReloadAsync();
    }

    private async Task ImportAsync()
    {
        if (await KeyImportDialog.ShowAsync(Dialogs, Text["Import.Title"])) await ReloadAsync();
    }

    private void Pick(Guid id, bool picked)
    {
        if (picked) _picked.Add(id);
        else _picked.Remove(id);
    }

    private async Task PickAllAsync()
    {
        var (_, organization) = await Current.HereAsync();
        _picked.UnionWith(await Sheet.IdsAsync(organization, Query, ChangeKeys.Most));
    }

    private async Task BulkAsync(KeyAction action)
    {
        var tags = action == KeyAction.Tag && (_tag ?? "").Split('=', 2) is [{ Length: > 0 } name, var value] ? new Dictionary<string, string> { [name.Trim()] = value.Trim() } : null;
        if (action is KeyAction.Disable or KeyAction.Revoke
            && !await ConfirmDialog.AskAsync(Dialogs, Text[action.ToString()], Text[$"Bulk.{action}", _picked.Count], Text[action.ToString()], destructive: action == KeyAction.Revoke)) return;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Changes.RunAsync(actor, organization, _picked, action, tags);
        (_fault, _told) = (Faults.Of(outcome.Refusal, Text).General, outcome.IsRefused ? null : Text["Bulk.Done", outcome.Value.Changed.Count, outcome.Value.Unchanged.Count].Value);
        if (outcome.IsRefused) return;
        _picked.Clear();
        await ReloadAsync();
    }

    private Task ShowSecretAsync(IssuedKey issued) => KeySecretDialog.ShowAsync(Dialogs, Text["Secret.Title", issued.Listing.Key.Name], issued);

    private async Task ReloadAsync()
    {
        if (_table is not null) await _table.ReloadAsync();
    }
}
