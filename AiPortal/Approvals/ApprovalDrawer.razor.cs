using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Approvals;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Approvals;

/// <summary>One request: what exactly would be done, who has agreed, and what do I say?</summary>
public sealed partial class ApprovalDrawer
{
    private (Guid?, int)? _shown;
    private ApprovalReading? _reading;
    private IReadOnlyDictionary<Guid, string>? _names;
    private Faults _faults = Faults.None;
    private string? _comment;
    private bool _saving;

    [Inject] internal IStringLocalizer<ApprovalsText> Text { get; init; } = default!;

    [Inject] internal ApprovalList Approvals { get; init; } = default!;

    [Inject] internal DecideApproval Decide { get; init; } = default!;

    [Inject] internal CommentOnApproval Comments { get; init; } = default!;

    [Inject] internal PlaceNames Places { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    /// <summary>The request to show; null closes the drawer.</summary>
    [Parameter, EditorRequired] public Guid? ApprovalId { get; set; }

    [Parameter, EditorRequired] public Guid OrganizationId { get; set; }

    /// <summary>Another number reads anew.</summary>
    [Parameter] public int Version { get; set; }

    [Parameter] public EventCallback OnClose { get; set; }

    [Parameter] public EventCallback OnChanged { get; set; }

    private ApprovalStatus Status => _reading!.Approval.StatusAt(Clock.GetUtcNow());

    protected override async Task OnParametersSetAsync()
    {
        if (_shown == (ApprovalId, Version)) return;
        if (_shown?.Item1 != ApprovalId) (_comment, _faults) = (null, Faults.None);
        _shown = (ApprovalId, Version);
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _reading = ApprovalId is { } id ? await Approvals.FindAsync(actor, organization, id) : null;
        _names = _reading is { Approval: var approval } ? await Places.ReadAsync(organization, PlaceNames.IdsIn(approval.Before, approval.After)) : null;
    }

    private string StepText(ApprovalStep step)
    {
        var who = Text.ApproverOf(step.Approver);
        return step switch
        {
            { DecidedBy: { } by, OnBehalfOf: { } absent } => $"{who}: {Text["Step.doneFor", by, absent]}",
            { DecidedBy: { } by } => $"{who}: {Text["Step.done", by]}",
            _ => who,
        };
    }

    private async Task DecideAsync(bool approve)
    {
        if (_saving || ApprovalId is not { } id) return;
        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        var outcome = approve
            ? await Decide.ApproveAsync(actor, organization, id, _comment)
            : await Decide.RejectAsync(actor, organization, id, _comment ?? "");
        await AfterAsync(outcome.Refusal);
    }

    private async Task SayAsync()
    {
        if (_saving || ApprovalId is not { } id) return;
        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        await AfterAsync((await Comments.RunAsync(actor, organization, id, _comment ?? "")).Refusal);
    }

    private async Task WithdrawAsync()
    {
        if (_saving || ApprovalId is not { } id || !await ConfirmDialog.AskAsync(Dialogs, Text["Withdraw"], Text["Withdraw.Message"], Text["Withdraw"])) return;
        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        await AfterAsync((await Decide.WithdrawAsync(actor, organization, id)).Refusal);
    }

    private async Task AfterAsync(Refusal? refusal)
    {
        _saving = false;
        _faults = Faults.Of(refusal, Text, "comment");
        if (refusal is null) _comment = null;
        await ReadAsync();
        await OnChanged.InvokeAsync();
    }
}
