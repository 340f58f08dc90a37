using AiPortal.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Keys;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Keys.Leaks;

/// <summary>A key that others have got hold of: what it did since then, its end, and another in its place. Closes with true when something was changed.</summary>
public sealed partial class KeyLeakDialog
{
    private static readonly string[] Spans = ["1h", "24h", "7d", "30d", "made"];

    private string _span = "24h";
    private KeyExposure? _exposure;
    private LeakedKey? _done;
    private string? _fault;
    private bool _replace = true;
    private bool _saving;

    [Inject] internal IStringLocalizer<KeysText> Text { get; init; } = default!;

    [Inject] internal ReportLeakedKey Report { get; init; } = default!;

    [Inject] internal KeyExposures Exposures { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    [Parameter, EditorRequired] public KeyListing Listing { get; set; } = default!;

    private DateTimeOffset Since => _span switch
    {
        "1h" => Clock.GetUtcNow().AddHours(-1),
        "7d" => Clock.GetUtcNow().AddDays(-7),
        "30d" => Clock.GetUtcNow().AddDays(-30),
        "made" => Listing.Key.CreatedAt,
        _ => Clock.GetUtcNow().AddHours(-24),
    };

    internal static async Task<bool> ShowAsync(DialogService dialogs, string title, KeyListing listing)
    {
        // Once the key is revoked, its new secret must not be lost to a stray key.
        var options = FormDialog.Wide(560);
        (options.CloseDialogOnEsc, options.ShowClose) = (false, false);
        return await dialogs.OpenAsync<KeyLeakDialog>(title, new Dictionary<string, object?> { [nameof(Listing)] = listing }!, options) is true;
    }

    protected override Task OnInitializedAsync() => ReadAsync();

    private async Task ChooseAsync(ChangeEventArgs change)
    {
        _span = change.Value?.ToString() ?? _span;
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        var (_, organization) = await Current.HereAsync();
        _exposure = await Exposures.ReadAsync(organization, Listing.Key.Id, Since);
    }

    private async Task RevokeAsync()
    {
        if (_saving) return;
        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Report.RunAsync(actor, organization, Listing.Key.Id, Since, _replace);
        _saving = false;
        _fault = Faults.Of(outcome.Refusal, Text).General;
        if (outcome.IsRefused) return;
        _done = outcome.Value;
        await ReadAsync();
    }
}
