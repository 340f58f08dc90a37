using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Approvals.Policies;
using AiPortal.Ui.Figures;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Approvals;

/// <summary>Which changes need whose yes?</summary>
public sealed partial class PoliciesPage
{
    private IReadOnlyList<PolicyLine>? _lines;
    private bool _allowed = true;
    private bool _mayChange;
    private string? _fault;

    [Inject] internal IStringLocalizer<ApprovalsText> Text { get; init; } = default!;

    [Inject] internal PolicyList Policies { get; init; } = default!;

    [Inject] internal ChangePolicy Change { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    protected override Task OnInitializedAsync() => ReadAsync();

    private async Task ReadAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _allowed = actor.May(Permission.ViewApprovals, organization);
        _mayChange = actor.May(Permission.ManageApprovals, organization);
        if (_allowed) _lines = await Policies.ReadAsync(organization);
    }

    private string When(ApprovalPolicy policy, string? environment)
    {
        var parts = new List<string>();
        if (policy.AboveAmount is { } amount) parts.Add(Text["Policy.Above", Formats.Current.Counted(amount, Formats.Usd)]);
        if (environment is not null) parts.Add(Text["Policy.In", environment]);
        return parts.Count == 0 ? Text["Policy.Always"] : string.Join(", ", parts);
    }

    private async Task EditAsync(ApprovalPolicy? policy)
    {
        await PolicyDialog.ShowAsync(Dialogs, Text[policy is null ? "Policies.New" : "Policies.Edit"], policy);
        await ReadAsync();
    }

    private async Task RemoveAsync(ApprovalPolicy policy)
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, Text["Policy.Delete"], Text["Policy.DeleteMessage"], Text["Policy.Delete"], destructive: true)) return;
        var (actor, organization) = await Current.HereAsync();
        _fault = Faults.Of((await Change.RemoveAsync(actor, organization, policy.Id)).Refusal, Text).General;
        await ReadAsync();
    }
}
