using System.Globalization;
using AiPortal.Access;
using AiPortal.Core.Approvals;
using AiPortal.Core.Approvals.Policies;
using AiPortal.Core.Data;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Approvals;

/// <summary>The form of a policy.</summary>
public sealed partial class PolicyDialog
{
    private IReadOnlyList<(Guid Id, string Name)> _environments = [];
    private Faults _faults = Faults.None;
    private string _kind = "";
    private string? _amount;
    private string? _unread;
    private Guid? _environment;
    private Approver _first;
    private Approver? _second;
    private int _hours = ApprovalPolicyDraft.StandardHours;
    private bool _enabled = true;
    private bool _saving;

    [Inject] internal IStringLocalizer<ApprovalsText> Text { get; init; } = default!;

    [Inject] internal PolicyList Policies { get; init; } = default!;

    [Inject] internal ChangePolicy Change { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    /// <summary>The policy to change; null makes a new one.</summary>
    [Parameter] public ApprovalPolicy? Policy { get; set; }

    private ApprovalKind? Kind => Policies.Kinds.FirstOrDefault(kind => kind.Name == _kind);

    internal static Task ShowAsync(DialogService dialogs, string title, ApprovalPolicy? policy) =>
        dialogs.OpenAsync<PolicyDialog>(title, new Dictionary<string, object?> { [nameof(Policy)] = policy }!, FormDialog.Wide(520));

    protected override async Task OnInitializedAsync()
    {
        _kind = Policy?.Kind ?? Policies.Kinds[0].Name;
        if (Policy is { } policy)
        {
            _amount = policy.AboveAmount?.ToString("0.############", CultureInfo.CurrentCulture);
            (_environment, _hours, _enabled) = (policy.EnvironmentId, policy.ExpiresAfterHours, policy.Enabled);
            (_first, _second) = (policy.Steps[0], policy.Steps.Count > 1 ? policy.Steps[1] : null);
        }

        _environments = await Policies.EnvironmentsAsync((await Current.HereAsync()).OrganizationId);
    }

    private async Task SaveAsync()
    {
        if (_saving) return;
        decimal amount = 0;
        var hasAmount = Kind?.HasAmount == true && !string.IsNullOrWhiteSpace(_amount);
        _unread = !hasAmount || decimal.TryParse(_amount, NumberStyles.Number, CultureInfo.CurrentCulture, out amount) ? null : Text["Fault.above_amount"].Value;
        if (_unread is not null) return;
        var draft = new ApprovalPolicyDraft
        {
            Kind = _kind,
            AboveAmount = hasAmount ? amount : null,
            EnvironmentId = Kind?.HasEnvironment == true ? _environment : null,
            Steps = _second is { } second ? [_first, second] : [_first],
            ExpiresAfterHours = _hours,
            Enabled = _enabled,
        };
        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        var outcome = Policy is { } policy
            ? await Change.ChangeAsync(actor, organization, policy.Id, _ => draft)
            : await Change.CreateAsync(actor, organization, draft);
        _saving = false;
        _faults = Faults.Of(outcome.Refusal, Text, "kind", "above_amount", "environment_id", "steps", "expires_after_hours");
        if (outcome.Refusal is null or { Kind: RefusalKind.Waiting }) Dialogs.Close();
    }
}
