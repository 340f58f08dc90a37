using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Routing.Routes;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Routing;

/// <summary>Where would a request go now, and why? Nothing is sent.</summary>
public sealed partial class TrialPanel
{
    private Faults _faults = Faults.None;
    private IReadOnlyList<(Guid Id, string Name)> _keys = [];
    private TrialAnswer? _answer;
    private string? _model;
    private Guid? _key;

    [Inject] internal IStringLocalizer<RoutesText> Text { get; init; } = default!;

    [Inject] internal RouteTrial Trial { get; init; } = default!;

    [Inject] internal KeyList Keys { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    /// <summary>Fills in a model and, where there is one, runs at once.</summary>
    internal async Task TryAsync(string? model)
    {
        (_model, _answer) = (model, null);
        if (model is not null) await RunAsync();
        StateHasChanged();
    }

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Permission.ViewKeys, organization)) return;
        var page = await Keys.ReadAsync(organization, new KeyFilter(), Cursor.MaxLimit);
        _keys = [.. page.Data.Select(listing => (listing.Key.Id, listing.Key.Name))];
    }

    private async Task RunAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Permission.ViewProviders, organization)) return;
        var outcome = Trial.Run(organization, new TrialQuestion(_model ?? "", _key));
        _faults = Faults.Of(outcome.Refusal, Text, "model");
        _answer = outcome.IsRefused ? null : outcome.Value;
    }
}
