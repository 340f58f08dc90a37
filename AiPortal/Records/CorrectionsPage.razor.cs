using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Ledger;
using AiPortal.Core.Records;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Records;

/// <summary>What was corrected on the ledger, by whom and why; and which outcomes somebody has to resolve.</summary>
public sealed partial class CorrectionsPage
{
    private const string DaysName = "days";
    private const int DefaultDays = 90;
    private const int MostOpen = 100;

    private DataTable<CorrectionRow>? _table;
    private Unresolved? _unresolved;
    private bool _allowed = true;
    private bool _mayChange;
    private string _topic = "";
    private int? _shown;

    [Inject] internal IStringLocalizer<RecordsText> Text { get; init; } = default!;

    [Inject] internal CorrectionList Corrections { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    [SupplyParameterFromQuery(Name = DaysName)] private int? Days { get; set; }

    private int Shown => Days is 30 or DefaultDays or 365 ? Days.Value : DefaultDays;

    private IReadOnlyList<(int, string)> Ranges => [(30, Text["Range.30"]), (DefaultDays, Text["Range.90"]), (365, Text["Range.365"])];

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _allowed = actor.May(Permission.ViewCost, organization);
        _mayChange = actor.May(Permission.ManageRecords, organization);
        _topic = LedgerSignals.Topic(organization);
    }

    protected override async Task OnParametersSetAsync()
    {
        if (_shown == Shown) return;
        var first = _shown is null;
        _shown = Shown;
        await ReadUnresolvedAsync();
        if (!first && _table is not null) await _table.ReloadAsync();
    }

    private async Task ReadUnresolvedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Permission.ViewCost, organization)) return;
        var (oldest, count, held) = await Corrections.UnresolvedAsync(organization, Clock.GetUtcNow().AddDays(-Shown), MostOpen);
        _unresolved = new Unresolved(oldest, count, held);
    }

    private async Task<TablePage<CorrectionRow>> LoadAsync(TableQuery query)
    {
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Permission.ViewCost, organization)) return new TablePage<CorrectionRow>([], 0);
        var now = Clock.GetUtcNow();
        var from = now.AddDays(-Shown);
        var total = await Corrections.CountAsync(organization, from, now.AddDays(1));
        return new TablePage<CorrectionRow>(await Corrections.ReadAsync(organization, from, now.AddDays(1), query.Skip, query.Take), total);
    }

    private async Task RefreshAsync()
    {
        await ReadUnresolvedAsync();
        if (_table is not null) await _table.ReloadAsync();
    }

    private async Task ResolveAsync(LedgerEntry entry)
    {
        if (await ResolveDialog.ShowAsync(Dialogs, Text["Resolve.Title"], entry.Id)) await RefreshAsync();
    }

    private void Go(int days) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(DaysName, days == DefaultDays ? null : days), replace: true);

    private void Open(CorrectionRow row) => Navigation.NavigateTo($"/calls/{row.Entry.RequestId}");

    private sealed record Unresolved(IReadOnlyList<LedgerEntry> Oldest, int Count, decimal HeldUsd);
}
