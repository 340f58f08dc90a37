using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Ui.Figures;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Catalog;

/// <summary>The form of an own price: a new one, or a change. Closes with the listing as it now is, or null.</summary>
public sealed partial class PriceDialog
{
    private static readonly string[] Shown =
    [
        "name", "provider", "input_price", "output_price", "cached_input_price", "reasoning_price", "cache_write_price", "base_price", "free",
        "effective_from", "effective_to", "model_type", "billing_unit", "unit_size", "context_window", "max_output", "source", "currency", "details",
    ];

    private static readonly string[] Basic = ["name", "provider", "input_price", "output_price", "cached_input_price", "reasoning_price", "free"];

    private IReadOnlyList<string> _accounts = [];
    private IReadOnlyList<string> _vendors = [];
    private Faults _faults = Faults.None;
    private bool _saving;
    private bool _more;
    private string _name = "";
    private string _provider = "";
    private decimal? _input;
    private decimal? _output;
    private decimal? _cached;
    private decimal? _reasoning;
    private decimal? _write;
    private decimal? _base;
    private bool _free;
    private string _type = "chat";
    private string _billingUnit = BillingUnits.Token;
    private string? _from;
    private string? _to;
    private long? _context;
    private int? _most;
    private string? _source;
    private string _currency = Price.LedgerCurrency;
    private string? _details;
    private string? _unread;
    private PriceEffect? _effect;
    private string? _effectFault;
    private bool _mayPreview;

    [Inject] internal IStringLocalizer<CatalogText> Text { get; init; } = default!;

    [Inject] internal PriceSheet Sheet { get; init; } = default!;

    [Inject] internal CreatePrice Creation { get; init; } = default!;

    [Inject] internal ChangePrice Change { get; init; } = default!;

    [Inject] internal PricePreview Preview { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    /// <summary>What the form starts from.</summary>
    [Parameter, EditorRequired] public PriceDraft Draft { get; set; } = new();

    /// <summary>The price to change; null makes a new one.</summary>
    [Parameter] public Guid? Id { get; set; }

    [CascadingParameter] private DisplayZone? Display { get; set; }

    private TimeZoneInfo Zone => (Display ?? DisplayZone.Utc).Zone;

    private string Unit => Text["UsdPer", Text["Per." + _billingUnit]];

    /// <summary>Opens the form; null when the reader went away without saving.</summary>
    internal static async Task<PriceListing?> ShowAsync(DialogService dialogs, string title, PriceDraft draft, Guid? id = null)
    {
        var parameters = new Dictionary<string, object?> { [nameof(Draft)] = draft, [nameof(Id)] = id };
        return await dialogs.OpenAsync<PriceDialog>(title, parameters!, FormDialog.Wide(620)) as PriceListing;
    }

    protected override async Task OnInitializedAsync()
    {
        _name = Draft.Name;
        _provider = Draft.Provider;
        _billingUnit = Draft.BillingUnit;
        var fresh = Id is null && Draft is { InputPrice: 0, OutputPrice: 0, BasePrice: 0, Free: false };
        _input = fresh ? null : Displayed(Draft.InputPrice);
        _output = fresh ? null : Displayed(Draft.OutputPrice);
        _cached = Displayed(Draft.CachedInputPrice);
        _reasoning = Displayed(Draft.ReasoningPrice);
        _write = Displayed(Draft.CacheWritePrice);
        _base = Draft.BasePrice == 0 ? null : PriceFigures.Trimmed(Draft.BasePrice);
        _free = Draft.Free;
        _type = Draft.ModelType;
        _from = ZonedTime.Of(Draft.EffectiveFrom, Zone);
        _to = ZonedTime.Of(Draft.EffectiveTo, Zone);
        _context = Draft.ContextWindow;
        _most = Draft.MaxOutput;
        _source = Draft.Source;
        _currency = Draft.Currency;
        _details = PriceDetailsJson.Write(Draft.Details);
        var (actor, organization) = await Current.HereAsync();
        _mayPreview = actor.May(Permission.ViewCost, organization);
        (_accounts, _vendors) = await Sheet.ShelvesAsync(organization);
    }

    private async Task SaveAsync()
    {
        if (_saving || !DetailsAreRead()) return;
        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        var outcome = Id is { } id
            ? await Change.RunAsync(actor, organization, id, before => Filled(before))
            : await Creation.RunAsync(actor, organization, Filled(Draft));
        _saving = false;
        _faults = Faults.Of(outcome.Refusal, Text, Shown);
        _more |= Shown.Except(Basic).Any(field => _faults[field] is not null);
        if (!outcome.IsRefused) Dialogs.Close(outcome.Value);
    }

    private async Task PreviewAsync()
    {
        if (_saving || !DetailsAreRead()) return;
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Permission.ViewCost, organization)) return;
        _saving = true;
        var outcome = await Preview.ReadAsync(organization, Filled(Draft));
        _saving = false;
        _effect = outcome.IsRefused ? null : outcome.Value;
        _effectFault = outcome.Refusal?.Message;
    }

    private bool DetailsAreRead()
    {
        _unread = PriceDetailsJson.TryRead(_details, out _) ? null : Text["Fault.details"].Value;
        _more |= _unread is not null;
        return _unread is null;
    }

    private PriceDraft Filled(PriceDraft draft) => draft with
    {
        Name = _name.Trim(),
        Provider = _provider,
        BillingUnit = _billingUnit,
        UnitSize = PriceFigures.ShownUnit(_billingUnit),
        InputPrice = _input ?? 0,
        OutputPrice = _output ?? 0,
        CachedInputPrice = _cached,
        ReasoningPrice = _reasoning,
        CacheWritePrice = _write,
        BasePrice = _base ?? 0,
        Free = _free,
        ModelType = _type,
        EffectiveFrom = Instant(_from, draft.EffectiveFrom),
        EffectiveTo = Instant(_to, draft.EffectiveTo),
        ContextWindow = _context,
        MaxOutput = _most,
        Currency = _currency.Trim().ToUpperInvariant(),
        Details = PriceDetailsJson.TryRead(_details, out var details) ? details : draft.Details,
        Source = string.IsNullOrWhiteSpace(_source) ? null : _source.Trim(),
    };

    // The field shows minutes: untouched, it must not cut the seconds off.
    private DateTimeOffset? Instant(string? field, DateTimeOffset? before) =>
        field == ZonedTime.Of(before, Zone) ? before : ZonedTime.Read(field, Zone);

    // The form always speaks of a million tokens, or of one of anything else.
    private decimal? Displayed(decimal? price) =>
        price is { } amount ? PriceFigures.PerShownUnit(Draft.BillingUnit, Draft.UnitSize, amount) : null;
}
