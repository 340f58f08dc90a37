using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Keys;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Keys;

/// <summary>Which keys does nobody use any more? One click puts them to rest, another takes that back.</summary>
public sealed partial class IdleKeys
{
    private const int MostShown = 20 * ChangeKeys.Most;
    private IReadOnlyList<Guid> _idle = [];
    private IReadOnlyList<Guid> _undo = [];
    private bool _busy;
    private bool _later;
    private string? _told;
    private string? _fault;

    [Inject] internal IStringLocalizer<KeysText> Text { get; init; } = default!;

    [Inject] internal KeySheet Sheet { get; init; } = default!;

    [Inject] internal ChangeKeys Changes { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    /// <summary>Keys have changed.</summary>
    [Parameter] public EventCallback OnChanged { get; set; }

    /// <summary>After the page itself, which does not wait for it.</summary>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        await ReadAsync();
        StateHasChanged();
    }

    private async Task ReadAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _idle = actor.May(Permission.ManageKeys, organization) ? await Sheet.IdsAsync(organization, new KeyQuery { IdleDays = ApiKey.IdleDays }, MostShown) : [];
    }

    private async Task DisableAsync()
    {
        if (_busy) return;
        var changed = await ChangeAsync(_idle, KeyAction.Disable);
        if (changed.Count > 0) (_undo, _told) = (changed, Text["Idle.Done", changed.Count]);
        await OnChanged.InvokeAsync();
    }

    private async Task UndoAsync()
    {
        if (_busy) return;
        var changed = await ChangeAsync(_undo, KeyAction.Enable);
        (_undo, _told) = ([], Text["Idle.Undone", changed.Count]);
        await OnChanged.InvokeAsync();
    }

    private async Task<IReadOnlyList<Guid>> ChangeAsync(IReadOnlyList<Guid> ids, KeyAction action)
    {
        (_busy, _fault) = (true, null);
        StateHasChanged();
        var (actor, organization) = await Current.HereAsync();
        var changed = new List<Guid>();
        foreach (var part in ids.Chunk(ChangeKeys.Most))
        {
            var outcome = await Changes.RunAsync(actor, organization, part, action);
            _fault = Faults.Of(outcome.Refusal, Text).General;
            if (outcome.IsRefused) break;
            changed.AddRange(outcome.Value.Changed);
        }

        _busy = false;
        return changed;
    }
}
