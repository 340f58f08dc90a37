using AiPortal.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Federation.Providers;
using AiPortal.Core.Tenancy;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Federation.Providers;

/// <summary>The form of a provider: a new one, or a change. A new one has its redirect URI from the start, since providers ask for it first.</summary>
public sealed partial class IdentityProviderDialog
{
    private static readonly string[] Shown =
        ["name", "issuer", "authorization_endpoint", "token_endpoint", "user_info_endpoint", "client_id", "client_secret", "scopes", "domains", "new_role"];

    private Guid _id;
    private Faults _faults = Faults.None;
    private string? _discovered;
    private bool _saving;
    private bool _oidc;
    private bool _enabled;
    private bool _private;
    private bool _trustSecond;
    private string _name = "";
    private string? _issuer;
    private string _authorization = "";
    private string _token = "";
    private string _userInfo = "";
    private string _clientId = "";
    private string? _secret;
    private Role? _newRole;
    private IReadOnlyList<string> _scopes = [];
    private IReadOnlyList<string> _domains = [];

    [Inject] internal IStringLocalizer<IdentityText> Text { get; init; } = default!;

    [Inject] internal ChangeIdentityProvider Change { get; init; } = default!;

    [Inject] internal ProviderDiscovery Discovery { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    /// <summary>Which is changed; null: a new one.</summary>
    [Parameter] public IdentityProvider? Row { get; set; }

    private string Callback => ProviderDoor.CallbackOf(Navigation.BaseUri, _id);

    /// <summary>The stored secret goes nowhere that it was not given for.</summary>
    private bool NeedsSecret => Row is { } row && (row.TokenEndpoint != _token.Trim() || row.UserInfoEndpoint != _userInfo.Trim() || row.ClientId != _clientId.Trim());

    /// <summary>True when something was saved.</summary>
    internal static async Task<bool> ShowAsync(DialogService dialogs, string title, IdentityProvider? row) =>
        await dialogs.OpenAsync<IdentityProviderDialog>(title, new Dictionary<string, object?> { [nameof(Row)] = row }!, FormDialog.Wide(600)) is true;

    protected override void OnInitialized()
    {
        _id = Row?.Id ?? Ids.New(Clock);
        var draft = Row is null ? new IdentityProviderDraft() : IdentityProviderDraft.Of(Row);
        (_oidc, _issuer) = (Row is null || draft.Issuer is not null, draft.Issuer);
        (_name, _enabled, _private, _trustSecond) = (draft.Name, draft.Enabled, draft.AllowPrivate, draft.TrustSecondFactor);
        (_authorization, _token, _userInfo, _clientId) = (draft.AuthorizationEndpoint, draft.TokenEndpoint, draft.UserInfoEndpoint, draft.ClientId);
        (_scopes, _domains, _newRole) = (draft.Scopes, draft.Domains, draft.NewRole);
    }

    /// <summary>A form that survived a reload keeps the redirect URI that may be registered by now.</summary>
    private void KeepId(ChangeEventArgs change)
    {
        if (Row is null && ProviderDoor.IdIn(change.Value?.ToString()) is { } kept) _id = kept;
    }

    /// <summary>OAuth 2.0 alone knows no scope openid, OpenID Connect needs it.</summary>
    private void ChooseKind(ChangeEventArgs change)
    {
        _oidc = change.Value?.ToString() == "oidc";
        var others = _scopes.Where(scope => scope != "openid");
        _scopes = _oidc ? ["openid", .. others] : [.. others];
    }

    private async Task DiscoverAsync()
    {
        if (_saving) return;
        (_saving, _discovered) = (true, null);
        try
        {
            var (actor, organization) = await Current.HereAsync();
            var outcome = await Discovery.RunAsync(actor, organization, _issuer?.Trim() ?? "", _private);
            _faults = Faults.Of(outcome.Refusal, Text, Shown);
            if (outcome.IsRefused) return;
            var found = outcome.Value;
            (_issuer, _authorization, _token, _userInfo) = (found.Issuer, found.AuthorizationEndpoint, found.TokenEndpoint, found.UserInfoEndpoint);
            _discovered = Text["Discover.Done"];
        }
        finally
        {
            _saving = false;
        }
    }

    private async Task SaveAsync()
    {
        if (_saving) return;
        _saving = true;
        try
        {
            var (actor, organization) = await Current.HereAsync();
            var draft = DraftNow();
            var outcome = Row is null
                ? await Change.AddAsync(actor, organization, draft, _id)
                : await Change.ChangeAsync(actor, organization, _id, _ => draft);
            _faults = Faults.Of(outcome.Refusal, Text, Shown);
            if (!outcome.IsRefused) Dialogs.Close(true);
        }
        finally
        {
            _saving = false;
        }
    }

    private IdentityProviderDraft DraftNow() => new()
    {
        Name = _name.Trim(),
        Enabled = _enabled,
        // Left empty it is a fault of the field, not another kind of provider.
        Issuer = _oidc ? _issuer?.Trim() ?? "" : null,
        AuthorizationEndpoint = _authorization.Trim(),
        TokenEndpoint = _token.Trim(),
        UserInfoEndpoint = _userInfo.Trim(),
        ClientId = _clientId.Trim(),
        ClientSecret = string.IsNullOrEmpty(_secret) ? null : _secret,
        Scopes = _scopes,
        AllowPrivate = _private,
        Domains = _domains,
        NewRole = _newRole,
        TrustSecondFactor = _trustSecond,
    };
}
