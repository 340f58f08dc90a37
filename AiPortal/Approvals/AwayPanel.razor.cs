using AiPortal.Access;
using AiPortal.Core.Approvals.Delegations;
using AiPortal.Ui.Figures;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Approvals;

/// <summary>Who decides while I am away, and for whom do I?</summary>
public sealed partial class AwayPanel
{
    private IReadOnlyList<DelegationLine> _lines = [];
    private IReadOnlyList<(Guid UserId, string Name)> _colleagues = [];
    private Faults _faults = Faults.None;
    private Guid _me;
    private Guid? _to;
    private DateOnly? _from;
    private DateOnly? _until;
    private bool _saving;

    [Inject] internal IStringLocalizer<ApprovalsText> Text { get; init; } = default!;

    [Inject] internal DelegationList Delegations { get; init; } = default!;

    [Inject] internal DelegateApprovals Delegates { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    [CascadingParameter] private DisplayZone Zone { get; set; } = DisplayZone.Utc;

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _me = actor.Id;
        _from = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(Clock.GetUtcNow(), Zone.Zone).DateTime);
        _colleagues = await Delegations.ColleaguesAsync(organization, actor.Id);
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _lines = await Delegations.ReadAsync(organization, actor.Id);
    }

    private async Task SaveAsync()
    {
        if (_saving) return;
        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Delegates.RunAsync(actor, organization, new DelegationDraft(
            _to ?? actor.Id, _from is { } from ? StartOf(from) : null, _until is { } until ? StartOf(until.AddDays(1)) : DateTimeOffset.MinValue));
        _saving = false;
        _faults = Faults.Of(outcome.Refusal, Text, "to_user_id", "starts_at", "ends_at");
        if (outcome.IsRefused) return;
        (_to, _until) = (null, null);
        await ReadAsync();
    }

    private async Task RevokeAsync(Guid id)
    {
        var (actor, organization) = await Current.HereAsync();
        _faults = Faults.Of((await Delegates.RevokeAsync(actor, organization, id)).Refusal, Text);
        await ReadAsync();
    }

    private DateTimeOffset StartOf(DateOnly day)
    {
        var start = day.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(start, Zone.Zone.GetUtcOffset(start)).ToUniversalTime();
    }
}
