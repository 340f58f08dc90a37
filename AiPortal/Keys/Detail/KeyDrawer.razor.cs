using AiPortal.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Keys.Detail;

/// <summary>One key: what it may do, who pays, what it spent; change, regenerate, disable, revoke, delete.</summary>
public sealed partial class KeyDrawer
{
    private Guid? _shown;
    private KeyListing? _listing;
    private KeyUse? _use;
    private IReadOnlyList<AttributedTo> _names = [];
    private string? _fault;

    [Inject] internal IStringLocalizer<KeysText> Text { get; init; } = default!;

    [Inject] internal KeyList Keys { get; init; } = default!;

    [Inject] internal KeyUsage Usage { get; init; } = default!;

    [Inject] internal AttributionNames Names { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    /// <summary>The key shown; null: the drawer is in.</summary>
    [Parameter, EditorRequired] public Guid? KeyId { get; set; }

    [Parameter] public bool MayChange { get; set; }

    [Parameter] public EventCallback OnClose { get; set; }

    /// <summary>The key is another now, or gone.</summary>
    [Parameter] public EventCallback OnChanged { get; set; }

    private string Status => _listing?.StatusAt(Clock.GetUtcNow()) ?? "";

    protected override async Task OnParametersSetAsync()
    {
        if (_shown == KeyId) return;
        (_shown, _fault) = (KeyId, null);
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        if (_shown is not { } id)
        {
            _listing = null;
            return;
        }

        var (_, organization) = await Current.HereAsync();
        var listing = await Keys.FindAsync(organization, id);
        if (listing is not null)
        {
            var key = listing.Key;
            _use = (await Usage.ReadAsync(organization, [id])).GetValueOrDefault(id);
            _names = await Names.ReadAsync(organization, new Attribution(organization, null, key.TeamId, key.ProjectId, key.CostCenterId, key.EnvironmentId, key.OwnerUserId));
        }

        _listing = listing;
    }

    private async Task RemovedAsync()
    {
        await OnClose.InvokeAsync();
        await OnChanged.InvokeAsync();
    }

    private async Task ChangedAsync()
    {
        await ReadAsync();
        await OnChanged.InvokeAsync();
    }
}
