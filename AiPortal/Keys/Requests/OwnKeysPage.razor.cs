using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Approvals;
using AiPortal.Core.Keys.Requests;
using AiPortal.Ui.Figures;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Keys.Requests;

/// <summary>Which keys are mine, what did I ask for, and where is the secret?</summary>
public sealed partial class OwnKeysPage
{
    private Guid _organization;
    private Guid _person;
    private bool _allowed = true;
    private bool _saving;
    private OwnKeysReading? _reading;
    private IReadOnlyList<Choice> _places = [];
    private string? _fault;

    [Inject] internal IStringLocalizer<RequestsText> Text { get; init; } = default!;

    [Inject] internal IStringLocalizer<KeysText> Keys { get; init; } = default!;

    [Inject] internal OwnKeys Own { get; init; } = default!;

    [Inject] internal KeySheet Sheet { get; init; } = default!;

    [Inject] internal CollectOwnKey Collect { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        (_organization, _person, _allowed) = (organization, actor.Id, actor.May(Permission.RequestKey, organization));
        if (!_allowed) return;
        _places = (await Sheet.ChoicesAsync(organization)).Environments;
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _reading = actor.May(Permission.RequestKey, organization) ? await Own.ReadAsync(organization, _person) : new OwnKeysReading([], []);
    }

    private async Task CollectAsync(Guid id)
    {
        if (_saving) return;
        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Collect.RunAsync(actor, organization, id);
        _saving = false;
        _fault = Faults.Of(outcome.Refusal, Text).General;
        if (!outcome.IsRefused) await KeySecretDialog.ShowAsync(Dialogs, Keys["Secret.Title", outcome.Value.Listing.Key.Name], outcome.Value);
        await ReadAsync();
    }

    private string? Place(Guid? id) => _places.FirstOrDefault(place => place.Id == id)?.Name;

    private static Meaning MeaningOf(ApprovalStatus status) => status switch
    {
        ApprovalStatus.Pending => Meaning.Notice,
        ApprovalStatus.Approved => Meaning.Good,
        ApprovalStatus.Rejected => Meaning.Stop,
        ApprovalStatus.Withdrawn => Meaning.Neutral,
        ApprovalStatus.Expired or ApprovalStatus.Void => Meaning.Warning,
    };
}
