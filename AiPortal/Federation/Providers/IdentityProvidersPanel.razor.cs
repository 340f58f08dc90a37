using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Federation.Providers;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Federation.Providers;

/// <summary>The providers by which an organization's people sign in: added, changed, switched and removed here.</summary>
public sealed partial class IdentityProvidersPanel
{
    private List<(IdentityProvider Row, ProviderUse? Use)> _rows = [];
    private Guid _organization;
    private string? _fault;
    private bool _loading = true;
    private bool _busy;

    [Inject] internal IStringLocalizer<IdentityText> Text { get; init; } = default!;

    [Inject] internal IStringLocalizer<FederationText> Roles { get; init; } = default!;

    [Inject] internal IdentityProviders Providers { get; init; } = default!;

    [Inject] internal ChangeIdentityProvider Change { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    private string SignInLink => $"{Navigation.BaseUri}sign-in?organization={_organization}";

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Permission.ManageSignIn, organization)) return;
        _organization = organization;
        await ReadAsync();
        _loading = false;
    }

    private async Task ReadAsync()
    {
        var rows = await Providers.ListAsync(_organization);
        var use = await Providers.UseAsync(rows);
        _rows = [.. rows.Select(row => (row, use.GetValueOrDefault(row.Id)))];
    }

    private string CallbackOf(Guid id) => ProviderDoor.CallbackOf(Navigation.BaseUri, id);

    private static string HostOf(IdentityProvider row) => new Uri(row.Issuer ?? row.AuthorizationEndpoint).Host;

    private Task AddAsync() => ShowAsync(Text["Add"], null);

    private Task EditAsync(IdentityProvider row) => ShowAsync(row.Name, row);

    private async Task ShowAsync(string title, IdentityProvider? row)
    {
        if (await IdentityProviderDialog.ShowAsync(Dialogs, title, row)) await ReadAsync();
    }

    private async Task SwitchAsync(IdentityProvider row)
    {
        if (row.Enabled && !await ConfirmDialog.AskAsync(Dialogs, Text["TurnOff.Title", row.Name], Text["TurnOff.Message"], Text["TurnOff"])) return;
        await DoAsync(async (actor, organization) => (await Change.ChangeAsync(actor, organization, row.Id, now => now with { Enabled = !row.Enabled })).Refusal);
    }

    private async Task RemoveAsync(IdentityProvider row)
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, Text["Remove.Title", row.Name], Text["Remove.Message"], Text["Remove"], destructive: true)) return;
        await DoAsync(async (actor, organization) => (await Change.RemoveAsync(actor, organization, row.Id)).Refusal);
    }

    private async Task DoAsync(Func<Actor, Guid, Task<Core.Data.Refusal?>> change)
    {
        if (_busy) return;
        _busy = true;
        try
        {
            var (actor, organization) = await Current.HereAsync();
            _fault = Faults.Of(await change(actor, organization), Text).General;
            await ReadAsync();
        }
        finally
        {
            _busy = false;
        }
    }
}
