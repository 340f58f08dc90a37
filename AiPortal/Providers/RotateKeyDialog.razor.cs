using AiPortal.Access;
using AiPortal.Core.Providers;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Providers;

/// <summary>Takes a new credential, which is tried before it counts. Closes with the account as it then is, or null.</summary>
public sealed partial class RotateKeyDialog
{
    private Faults _faults = Faults.None;
    private string? _secret;
    private DateOnly? _expires;
    private bool _saving;

    [Inject] internal IStringLocalizer<ProvidersText> Text { get; init; } = default!;

    [Inject] internal RotateProviderKey Rotation { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Parameter, EditorRequired] public ProviderAccount Account { get; set; } = default!;

    internal static async Task<ProviderAccount?> ShowAsync(DialogService dialogs, string title, ProviderAccount account) =>
        await dialogs.OpenAsync<RotateKeyDialog>(title, new Dictionary<string, object?> { [nameof(Account)] = account }!, FormDialog.Wide(520)) as ProviderAccount;

    private async Task SaveAsync()
    {
        if (_saving) return;
        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        DateTimeOffset? expires = _expires is { } day ? new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero) : null;
        var outcome = await Rotation.RunAsync(actor, organization, Account.Id, _secret?.Trim() ?? "", expires);
        _saving = false;
        _faults = Faults.Of(outcome.Refusal, Text, "api_key");
        if (!outcome.IsRefused) Dialogs.Close(outcome.Value);
    }
}
