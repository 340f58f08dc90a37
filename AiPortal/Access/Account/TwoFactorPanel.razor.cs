using AiPortal.Core.Access;
using AiPortal.Core.Access.TwoFactor;
using AiPortal.Core.Data;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Access.Account;

/// <summary>A person sets up two-factor, renews its recovery codes, or ends it.</summary>
public sealed partial class TwoFactorPanel
{
    private TwoFactorStanding? _standing;
    private AuthenticatorKey? _key;
    private IReadOnlyList<string>? _codes;
    private Change? _asking;
    private Faults _faults = Faults.None;
    private string _code = "";
    private string _password = "";
    private bool _demanded;
    private bool _saving;

    private enum Change { Renew, Disable }

    [Inject] internal IStringLocalizer<AccountText> Text { get; init; } = default!;

    [Inject] internal SetUpTwoFactor SetUp { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    protected override Task OnInitializedAsync() => ReadAsync();

    private async Task ReadAsync()
    {
        var actor = await Current.GetAsync();
        _demanded = actor.Owes == SignInDebt.TwoFactor;
        _standing = await SetUp.ReadAsync(actor.Id);
    }

    private async Task BeginAsync()
    {
        var outcome = await SetUp.BeginAsync(await Current.GetAsync());
        Leave();
        _faults = Faults.Of(outcome.Refusal, Text);
        _key = outcome.IsRefused ? null : outcome.Value;
    }

    private async Task EnableAsync()
    {
        if (_saving) return;
        _saving = true;
        Show(await SetUp.EnableAsync(await Current.GetAsync(), _code));
    }

    private async Task ConfirmAsync()
    {
        if (_saving) return;
        _saving = true;
        var actor = await Current.GetAsync();
        if (_asking == Change.Renew)
        {
            Show(await SetUp.RenewCodesAsync(actor, _code));
            return;
        }

        var outcome = await SetUp.DisableAsync(actor, _password, _code);
        (_saving, _code) = (false, "");
        _faults = Faults.Of(outcome.Refusal, Text, "password", "code");
        if (outcome.IsRefused) return;
        Leave();
        await ReadAsync();
    }

    private void Show(Outcome<string[]> outcome)
    {
        (_saving, _code) = (false, "");
        _faults = Faults.Of(outcome.Refusal, Text, "code");
        if (outcome.IsRefused) return;
        Leave();
        _codes = outcome.Value;
    }

    private async Task StoredAsync()
    {
        _codes = null;
        if (_demanded) Navigation.NavigateTo("/", forceLoad: true);
        else await ReadAsync();
    }

    private void Ask(Change change)
    {
        Leave();
        _asking = change;
    }

    private void Leave() => (_key, _asking, _faults, _code, _password) = (null, null, Faults.None, "", "");
}
