using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Catalog;

/// <summary>All there is to say about one price, and what can be done with it.</summary>
public sealed partial class PriceDrawer
{
    private IReadOnlyList<PriceVersionListing> _versions = [];
    private (Guid, int)? _read;
    private string? _fault;

    [Inject] internal IStringLocalizer<CatalogText> Text { get; init; } = default!;

    [Inject] internal PriceList Prices { get; init; } = default!;

    [Inject] internal ChangePrice Change { get; init; } = default!;

    [Inject] internal RemovePrice Removal { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    /// <summary>The price shown; null: the drawer is in.</summary>
    [Parameter, EditorRequired] public PriceListing? Listing { get; set; }

    [Parameter] public bool MayChange { get; set; }

    [Parameter] public EventCallback OnClose { get; set; }

    [Parameter] public EventCallback<PriceListing> OnEdit { get; set; }

    /// <summary>The reader wants a price of his own; the draft has the built-in figures.</summary>
    [Parameter] public EventCallback<PriceDraft> OnOwn { get; set; }

    /// <summary>The price was ended or removed.</summary>
    [Parameter] public EventCallback OnGone { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        var wanted = Listing is { } listing ? (listing.Row.Id, listing.Row.Version) : ((Guid, int)?)null;
        if (wanted == _read) return;
        _read = wanted;
        _fault = null;
        _versions = [];
        if (Listing is { Row.OrganizationId: not null } own)
            _versions = await Prices.VersionsAsync((await Current.HereAsync()).OrganizationId, own.Row.Id);
    }

    private bool InForce(PriceRow row) => row.ToPrice().InForceAt(Clock.GetUtcNow());

    private static PriceDraft Own(PriceListing builtIn) => PriceDraft.Of(builtIn) with { EffectiveFrom = null, EffectiveTo = null, Source = null };

    private async Task EndAsync()
    {
        if (Listing is not { } listing || !await ConfirmDialog.AskAsync(Dialogs, Text["End.Title"], Text["End.Message", listing.Row.ModelName], Text["End"])) return;
        var (actor, organization) = await Current.HereAsync();
        Show(await Change.RunAsync(actor, organization, listing.Row.Id, draft => draft with { EffectiveTo = Clock.GetUtcNow() }));
        if (_fault is null) await OnGone.InvokeAsync();
    }

    private async Task RemoveAsync()
    {
        if (Listing is not { } listing || !await ConfirmDialog.AskAsync(Dialogs, Text["Remove.Title"], Text["Remove.Message", listing.Row.ModelName], Text["Remove"], destructive: true)) return;
        var (actor, organization) = await Current.HereAsync();
        Show(await Removal.RunAsync(actor, organization, listing.Row.Id));
        if (_fault is null) await OnGone.InvokeAsync();
    }

    private void Show<T>(Outcome<T> outcome) => _fault = Faults.Of(outcome.Refusal, Text).General;
}
