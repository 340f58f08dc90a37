using System.Globalization;
using AiPortal.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Money;
using AiPortal.Core.Tenancy;
using AiPortal.Shell.Environments;
using AiPortal.Ui.Figures;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Keys;

/// <summary>The form of a key: only a name is needed. Closes with the new key and its secret, or after a change with the key alone; null when left.</summary>
public sealed partial class KeyDialog
{
    private static readonly string[] Plain = ["name", "owner_user_id", "team_id", "cost_center_id", "budget.limit", "budget.period"];
    private static readonly string[] Folded =
        ["budget.hold", "budget.action", "project_id", "environment_id", "models", "rate_limit.rpm", "rate_limit.tpm", "rate_limit.concurrency", "expires_at", "rotate_every_days", "ip_allow", "ip_deny"];

    private Faults _faults = Faults.None;
    private KeyChoices? _choices;
    private Task _filled = Task.CompletedTask;
    private bool _saving;
    private bool _more;
    private string _name = "";
    private Guid? _owner;
    private Guid? _team;
    private Guid? _project;
    private Guid? _center;
    private Guid? _environment;
    private string? _limit;
    private PeriodType _period = PeriodType.Monthly;
    private string _hold = "learned";
    private string _action = "block";
    private string _cache = "";
    private string? _models;
    private string? _allow;
    private string? _deny;
    private int? _rpm;
    private int? _tpm;
    private int? _concurrency;
    private DateOnly? _expires;
    private int? _rotate;

    [Inject] internal IStringLocalizer<KeysText> Text { get; init; } = default!;

    [Inject] internal IssueKey Issue { get; init; } = default!;

    [Inject] internal ChangeKey Change { get; init; } = default!;

    [Inject] internal KeySheet Sheet { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [CascadingParameter] private DisplayZone Zone { get; set; } = DisplayZone.Utc;

    /// <summary>Where the reader looks, a new key belongs unless he says otherwise.</summary>
    [CascadingParameter] private ShownEnvironment? Environment { get; set; }

    /// <summary>The key to change; null makes a new one.</summary>
    [Parameter] public KeyListing? Listing { get; set; }

    /// <summary>Opens the form of a new key.</summary>
    internal static async Task<IssuedKey?> ShowAsync(DialogService dialogs, string title) => await OpenAsync(dialogs, title, null) as IssuedKey;

    /// <summary>Opens the form of a change; true when it was saved.</summary>
    internal static async Task<bool> EditAsync(DialogService dialogs, string title, KeyListing listing) => await OpenAsync(dialogs, title, listing) is KeyListing;

    protected override Task OnInitializedAsync() => _filled = FillAsync();

    private async Task FillAsync()
    {
        _more = Listing is null && Environment is not null;
        if (Listing is { } listing) Show(KeyDraft.Of(listing));
        var (actor, organization) = await Current.HereAsync();
        if (Listing is null) _environment = Environment?.Id;
        if (Listing is null && !actor.IsService) _owner = actor.Id;
        _choices = await Sheet.ChoicesAsync(organization);
    }

    private static async Task<object?> OpenAsync(DialogService dialogs, string title, KeyListing? listing) =>
        await dialogs.OpenAsync<KeyDialog>(title, new Dictionary<string, object?> { [nameof(Listing)] = listing }!, FormDialog.Wide(600));

    private void Show(KeyDraft draft)
    {
        (_name, _owner, _team, _project, _center, _environment) = (draft.Name, draft.OwnerUserId, draft.TeamId, draft.ProjectId, draft.CostCenterId, draft.EnvironmentId);
        (_rpm, _tpm, _concurrency, _rotate) = (draft.Rpm, draft.Tpm, draft.Concurrency, draft.RotateEveryDays);
        _cache = draft.Cache?.Enabled switch { null => "", true => "true", false => "false" };
        (_models, _allow, _deny) = (Join(draft.Models), Join(draft.IpAllow), Join(draft.IpDeny));
        if (draft.ExpiresAt is { } expires) _expires = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(expires, Zone.Zone).AddTicks(-1).DateTime);
        if (draft.Budget is not { } budget) return;
        (_limit, _period, _hold, _action) = (budget.Limit.ToString("0.############", CultureInfo.CurrentCulture), budget.Period, budget.Hold, budget.Action);
    }

    private async Task SaveAsync()
    {
        await _filled;
        if (_saving) return;
        decimal limit = 0;
        var hasLimit = !string.IsNullOrWhiteSpace(_limit);
        if (hasLimit && !decimal.TryParse(_limit, NumberStyles.Number, CultureInfo.CurrentCulture, out limit))
        {
            _faults = Faults.Of(Refusal.Field("budget.limit", Text["Fault.budget.limit"]), Text, Plain);
            return;
        }

        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        object? result;
        Refusal? refusal;
        if (Listing is { } listing)
        {
            var changed = await Change.RunAsync(actor, organization, listing.Key.Id, before => Draft(before, hasLimit, limit));
            (result, refusal) = (changed.IsRefused ? null : changed.Value, changed.Refusal);
        }
        else
        {
            var issued = await Issue.RunAsync(actor, organization, Draft(new KeyDraft(), hasLimit, limit));
            (result, refusal) = (issued.IsRefused ? null : issued.Value, issued.Refusal);
        }

        _saving = false;
        _faults = Faults.Of(refusal, Text, [.. Plain, .. Folded]);
        _more |= Folded.Any(field => _faults[field] is not null);
        if (result is not null) Dialogs.Close(result);
    }

    private KeyDraft Draft(KeyDraft before, bool hasLimit, decimal limit) => before with
    {
        Name = _name.Trim(),
        OwnerUserId = _owner,
        TeamId = _team,
        ProjectId = _project,
        CostCenterId = _center,
        EnvironmentId = _environment,
        Models = Split(_models),
        IpAllow = Split(_allow),
        IpDeny = Split(_deny),
        Rpm = _rpm,
        Tpm = _tpm,
        Concurrency = _concurrency,
        RotateEveryDays = _rotate,
        Cache = CacheTerms.OrNull(_cache.Length == 0 ? null : _cache == "true", before.Cache?.TtlSeconds, before.Cache?.PriceShare, before.Cache?.PerKey),
        Budget = hasLimit ? new KeyBudgetTerms(limit, _period, _hold, _action) : null,
        // It works through the whole of its last day.
        ExpiresAt = _expires is { } day ? Zone.EndOf(day) : null,
    };

    private static string? Join(IReadOnlyList<string>? words) => words is null ? null : string.Join(", ", words);

    private static List<string>? Split(string? words)
    {
        var list = (words ?? "").Split([',', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToList();
        return list.Count == 0 ? null : list;
    }
}
