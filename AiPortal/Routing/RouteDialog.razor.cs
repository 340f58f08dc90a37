using AiPortal.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using AiPortal.Core.Routing.Routes;
using AiPortal.Core.Tenancy;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Routing;

/// <summary>The form of a route: a new one, or a change. Closes with the route as it now is, or null.</summary>
public sealed partial class RouteDialog
{
    private static readonly string[] OfTarget = ["provider_id", "model", "weight", "priority"];
    private static readonly string[] Folded = ["max_attempts", "timeout_seconds", "position", "cache"];

    private readonly List<TargetInput> _targets = [];
    private Faults _faults = Faults.None;
    private IReadOnlyList<ProviderAccount> _accounts = [];
    private bool _saving;
    private bool _more;
    private string? _name;
    private string? _model;
    private RouteStrategy _strategy;
    private int _attempts = RouteDraft.StandardAttempts;
    private int _timeout = RouteDraft.StandardTimeout;
    private int _position;
    private string _cache = "";

    [Inject] internal IStringLocalizer<RoutesText> Text { get; init; } = default!;

    [Inject] internal CreateRoute Creation { get; init; } = default!;

    [Inject] internal ChangeRoute Change { get; init; } = default!;

    [Inject] internal ProviderList Providers { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    /// <summary>The route to change; null makes a new one.</summary>
    [Parameter] public ModelRoute? Route { get; set; }

    /// <summary>Opens the form; null when the reader went away without saving.</summary>
    internal static async Task<ModelRoute?> ShowAsync(DialogService dialogs, string title, ModelRoute? route)
    {
        var parameters = new Dictionary<string, object?> { [nameof(Route)] = route };
        return await dialogs.OpenAsync<RouteDialog>(title, parameters!, new DialogOptions { Width = "min(680px, 96vw)", CloseDialogOnEsc = true }) as ModelRoute;
    }

    protected override async Task OnInitializedAsync()
    {
        if (Route is { } row)
        {
            (_name, _model, _strategy, _attempts, _timeout, _position) = (row.Name, row.Model, row.Strategy, row.MaxAttempts, row.TimeoutSeconds, row.Position);
            _cache = row.Cache?.Enabled switch { true => "true", false => "false", null => "" };
            _targets.AddRange(row.Targets.Select(target => new TargetInput { ProviderId = target.ProviderId, Model = target.Model, Weight = target.Weight, Priority = target.Priority }));
        }

        var (_, organization) = await Current.HereAsync();
        _accounts = (await Providers.PageAsync(organization, new ProviderFilter(), Cursor.MaxLimit, null)).Data;
    }

    /// <summary>The next account that does not stand here yet, after all others.</summary>
    private void AddTarget()
    {
        var account = _accounts.FirstOrDefault(one => _targets.TrueForAll(target => target.ProviderId != one.Id)) ?? _accounts[0];
        _targets.Add(new TargetInput { ProviderId = account.Id, Priority = _targets.Count == 0 ? 0 : _targets.Max(target => target.Priority) });
    }

    private async Task SaveAsync()
    {
        if (_saving) return;
        _saving = true;
        var draft = new RouteDraft(
            _name ?? "", _model ?? "", _strategy,
            [.. _targets.Select(target => new RouteTarget(target.ProviderId, string.IsNullOrWhiteSpace(target.Model) ? null : target.Model, target.Weight, target.Priority))],
            _attempts, _timeout, Route?.Enabled ?? true, _position,
            CacheTerms.OrNull(_cache.Length == 0 ? null : _cache == "true", Route?.Cache?.TtlSeconds, Route?.Cache?.PriceShare, Route?.Cache?.PerKey));
        var (actor, organization) = await Current.HereAsync();
        var outcome = Route is { } row ? await Change.RunAsync(actor, organization, row.Id, draft) : await Creation.RunAsync(actor, organization, draft);
        _saving = false;
        string[] inTargets = [.. Enumerable.Range(0, _targets.Count).SelectMany(i => OfTarget.Select(field => $"targets[{i}].{field}"))];
        _faults = Faults.Of(outcome.Refusal, Text, ["name", "model", "strategy", "targets", .. Folded, .. inTargets]);
        _more |= Folded.Any(field => _faults[field] is not null);
        if (!outcome.IsRefused) Dialogs.Close(outcome.Value);
    }

    private sealed class TargetInput
    {
        public Guid ProviderId { get; set; }

        public string? Model { get; set; }

        public int Weight { get; set; } = 1;

        public int Priority { get; set; }
    }
}
