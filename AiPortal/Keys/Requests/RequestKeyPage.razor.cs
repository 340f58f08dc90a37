using System.Globalization;
using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Approvals;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Keys.Requests;
using AiPortal.Core.Money;
using AiPortal.Ui.Figures;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Keys.Requests;

/// <summary>I need a key: what for, where, how much, until when?</summary>
public sealed partial class RequestKeyPage
{
    private static readonly string[] Fields = ["name", "purpose", "environment_id", "team_id", "models", "budget.limit", "expires_at"];
    private bool _allowed = true;
    private bool _saving;
    private KeyChoices? _choices;
    private Faults _faults = Faults.None;
    private Approval? _asked;
    private string? _unread;
    private string _name = "";
    private string? _purpose;
    private Guid? _environment;
    private Guid? _team;
    private string? _models;
    private string? _limit;
    private DateOnly? _expires;

    [Inject] internal IStringLocalizer<RequestsText> Text { get; init; } = default!;

    [Inject] internal IStringLocalizer<KeysText> Keys { get; init; } = default!;

    [Inject] internal AskForKey Ask { get; init; } = default!;

    [Inject] internal KeySheet Sheet { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [CascadingParameter] private DisplayZone Zone { get; set; } = DisplayZone.Utc;

    /// <summary>Who has to agree, in order.</summary>
    private string Deciders => string.Join(Text["Then"], (_asked?.Steps ?? []).Select(step => Text["Approver." + EnumWord.Of(step)].Value));

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _allowed = actor.May(Permission.RequestKey, organization);
        if (_allowed) _choices = await Sheet.ChoicesAsync(organization);
    }

    private void Again() => (_asked, _name, _purpose) = (null, "", null);

    private async Task AskAsync()
    {
        if (_saving) return;
        decimal limit = 0;
        var hasLimit = !string.IsNullOrWhiteSpace(_limit);
        _unread = hasLimit && !decimal.TryParse(_limit, NumberStyles.Number, CultureInfo.CurrentCulture, out limit) ? Text["Fault.budget.limit"].Value : null;
        if (_unread is not null) return;
        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        var models = (_models ?? "").Split([',', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var draft = new KeyDraft
        {
            Name = _name.Trim(),
            TeamId = _team,
            EnvironmentId = _environment,
            Models = models.Length == 0 ? null : models,
            Budget = hasLimit ? new KeyBudgetTerms(limit, PeriodType.Monthly, "learned", "block") : null,
            ExpiresAt = _expires is { } day ? Zone.EndOf(day) : null,
        };
        var outcome = await Ask.RunAsync(actor, organization, draft, _purpose ?? "");
        _saving = false;
        _faults = Faults.Of(outcome.Refusal, Text, Fields);
        _asked = outcome.IsRefused ? null : outcome.Value;
    }
}
