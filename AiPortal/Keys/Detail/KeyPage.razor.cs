using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Audit;
using AiPortal.Core.Budgets;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Ui.Charts;
using AiPortal.Ui.Figures;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Keys.Detail;

/// <summary>One key: what it spends, on what, within which bounds, and what was done to it.</summary>
public sealed partial class KeyPage
{
    private const int MostEvents = 30;

    private readonly List<ChartColumn> _columns = [];
    private IReadOnlyList<ChartSeries> _series = [];
    private KeyListing? _listing;
    private KeyUse? _use;
    private KeyDossier? _dossier;
    private BudgetReading? _budget;
    private IReadOnlyList<AttributedTo> _names = [];
    private IReadOnlyList<AuditEvent>? _history;
    private string? _fault;
    private bool _missing;
    private bool _mayChange;

    [Inject] internal IStringLocalizer<KeysText> Text { get; init; } = default!;

    [Inject] internal KeyList Keys { get; init; } = default!;

    [Inject] internal KeyUsage Usage { get; init; } = default!;

    [Inject] internal KeyDossiers Dossiers { get; init; } = default!;

    [Inject] internal BudgetList Budgets { get; init; } = default!;

    [Inject] internal AttributionNames Names { get; init; } = default!;

    [Inject] internal AuditList Audit { get; init; } = default!;

    [Inject] internal CollectKeySecret Collection { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    [Parameter] public Guid Id { get; set; }

    private bool Loading => _listing is null;

    private string Status => _listing?.StatusAt(Clock.GetUtcNow()) ?? "";

    private string? ExpiryWords => _listing?.Key.ExpiresAt is { } at ? Text["Page.Ends", Formats.Current.Date(at, TimeZoneInfo.Utc)].Value : null;

    protected override Task OnParametersSetAsync() => ReadAsync();

    private async Task ReadAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        var listing = actor.May(Permission.ViewKeys, organization) ? await Keys.FindAsync(organization, Id) : null;
        _missing = listing is null;
        if (listing is not { Key: var key }) return;
        _mayChange = actor.May(Permission.ManageKeys, organization);
        _use = (await Usage.ReadAsync(organization, [Id])).GetValueOrDefault(Id);
        _dossier = await Dossiers.ReadAsync(organization, Id);
        _budget = (await Budgets.OfKeysAsync(organization, [Id])).GetValueOrDefault(Id);
        _names = await Names.ReadAsync(organization, new Attribution(organization, null, key.TeamId, key.ProjectId, key.CostCenterId, key.EnvironmentId, key.OwnerUserId));
        if (actor.May(Permission.ViewAudit, organization)) _history = (await Audit.PageAsync(organization, new AuditFilter(SubjectId: Id), MostEvents, null)).Data;
        Draw(_dossier);
        _listing = listing;
    }

    private void Draw(KeyDossier dossier)
    {
        _series = [new ChartSeries(Text["Page.Cost"], "var(--series-1)")];
        _columns.Clear();
        _columns.AddRange(dossier.Days.Select(day => new ChartColumn(
            Formats.Current.Day(day.Day), $"{Formats.Current.Date(day.Day)}\n{Formats.Current.Money(day.Cost, "USD")} · {Formats.Current.CountExact(day.Requests)}",
            $"/calls?key={Id}&from={day.Day:yyyy-MM-dd}&to={day.Day:yyyy-MM-dd}", [day.Cost])));
    }

    private string Action(string action)
    {
        var words = Text["Action." + action];
        return words.ResourceNotFound ? action : words.Value;
    }

    private async Task CollectAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Collection.RunAsync(actor, organization, Id);
        _fault = Faults.Of(outcome.Refusal, Text).General;
        if (outcome.IsRefused) return;
        await KeySecretDialog.ShowAsync(Dialogs, Text["Secret.Title", outcome.Value.Listing.Key.Name], outcome.Value);
        await ReadAsync();
    }

    private void Gone() => Navigation.NavigateTo("/keys");
}
