using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Alerts;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Alerts;

/// <summary>The latest alerts nobody has dealt with, from every page.</summary>
public sealed partial class AlertTray
{
    private const int Shown = 6;

    private IReadOnlyList<Alert> _latest = [];
    private Guid _organization;
    private int _unread;
    private bool _mayChange;

    [Inject] internal IStringLocalizer<AlertsText> Text { get; init; } = default!;

    [Inject] internal AlertList Alerts { get; init; } = default!;

    [Inject] internal MarkAlert Mark { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    protected override async Task OnInitializedAsync()
    {
        if (await Current.FindHereAsync() is not var (actor, organization) || !actor.May(Permission.ViewBudgets, organization)) return;
        _mayChange = actor.May(Permission.ManageBudgets, organization);
        _organization = organization;
        await LoadAsync();
    }

    private async Task LoadAsync()
    {
        // Permissions, or the session, may have gone since the page was opened.
        if (await Current.FindHereAsync() is not var (actor, organization) || !actor.May(Permission.ViewBudgets, organization))
        {
            (_latest, _unread) = ([], 0);
            return;
        }

        _latest = (await Alerts.RowsAsync(organization, new AlertFilter { Status = AlertStatus.Active }, 0, Shown)).Rows;
        _unread = (await Alerts.RowsAsync(organization, new AlertFilter { Status = AlertStatus.Active, Read = false }, 0, 1)).Total;
    }

    private async Task ReadAllAsync()
    {
        if (await Current.FindHereAsync() is var (actor, organization)) await Mark.ReadAllAsync(actor, organization);
        await LoadAsync();
    }
}
