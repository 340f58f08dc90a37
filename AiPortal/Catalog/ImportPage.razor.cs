using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Catalog;
using AiPortal.Core.Catalog.Import;
using AiPortal.Ui.Figures;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.Localization;

namespace AiPortal.Catalog;

/// <summary>What would a file of prices change? Then: change it.</summary>
public sealed partial class ImportPage
{
    private IReadOnlyList<PriceDraft> _drafts = [];
    private PriceDiff? _diff;
    private string? _fault;
    private string? _name;
    private bool _allowed = true;
    private bool _endMissing;
    private bool _busy;

    [Inject] internal IStringLocalizer<CatalogText> Text { get; init; } = default!;

    [Inject] internal ImportCatalogue Import { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    private IReadOnlyList<PriceDiffRow> Shown => [.. (_diff?.Rows ?? []).Where(row => row.Change != PriceChangeKind.Same)];

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _allowed = actor.May(Permission.ManagePrices, organization);
    }

    private async Task ChosenAsync(InputFileChangeEventArgs chosen)
    {
        (_diff, _fault, _drafts, _name) = (null, null, [], chosen.File.Name);
        if (chosen.File.Size > PriceFile.MaxBytes)
        {
            _fault = Text["Import.TooLarge", PriceFile.MaxBytes >> 20];
            return;
        }

        using var bytes = new MemoryStream();
        await using (var stream = chosen.File.OpenReadStream(PriceFile.MaxBytes)) await stream.CopyToAsync(bytes);
        var read = PriceFile.Read(bytes.ToArray(), chosen.File.Name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase));
        if (read.Refusal is { } unread) _fault = unread.Message;
        else _drafts = read.Value;
        await CompareAsync();
    }

    private async Task CompareAsync()
    {
        if (_drafts.Count == 0) return;
        var (actor, organization) = await Current.HereAsync();
        Show(await Import.PreviewAsync(actor, organization, _drafts, _endMissing));
    }

    private async Task ApplyAsync()
    {
        if (_busy) return;
        _busy = true;
        var (actor, organization) = await Current.HereAsync();
        Show(await Import.RunAsync(actor, organization, _drafts, _endMissing));
        _busy = false;
    }

    private void Show(Core.Data.Outcome<PriceDiff> outcome)
    {
        _fault = Faults.Of(outcome.Refusal, Text).General ?? outcome.Refusal?.Message;
        _diff = outcome.IsRefused ? null : outcome.Value;
    }

    private static string Figures(PriceDiffRow row, Func<PriceTerms, decimal> price)
    {
        var (before, after) = (One(row.Before), One(row.After));
        return before == after ? after ?? Formats.NoFigure : $"{before ?? Formats.NoFigure} → {after ?? Formats.NoFigure}";

        string? One(PriceTerms? terms) => terms is null ? null : PriceFigures.Amount(PriceFigures.PerShownUnit(terms.BillingUnit, terms.UnitSize, price(terms)));
    }

    private string Others(PriceDiffRow row)
    {
        if (row.Before is not { } before || row.After is not { } after) return row.BeforeIsBuiltIn ? Text["BuiltIn"] : "";
        var changed = new List<string>();
        if (before.CachedInputPrice != after.CachedInputPrice) changed.Add(Text["CachedInput"]);
        if (before.CacheWritePrice != after.CacheWritePrice) changed.Add(Text["CacheWrite"]);
        if (before.ReasoningPrice != after.ReasoningPrice) changed.Add(Text["Reasoning"]);
        if (before.BasePrice != after.BasePrice) changed.Add(Text["BasePrice"]);
        if (before.Currency != after.Currency) changed.Add(Text["Currency"]);
        if (before.EffectiveTo != after.EffectiveTo) changed.Add(Text["EffectiveTo"]);
        if (before.Details != after.Details) changed.Add(Text["Terms.Variants"]);
        return string.Join(", ", changed);
    }
}
