using AiPortal.Core.Access;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Access.Account;

/// <summary>Where a person is signed in; he ends what he does not know.</summary>
public sealed partial class SessionsPanel
{
    private IReadOnlyList<OwnSession> _sessions = [];
    private string? _fault;

    [Inject] internal IStringLocalizer<AccountText> Text { get; init; } = default!;

    [Inject] internal Sessions Sessions { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    protected override Task OnInitializedAsync() => ReadAsync();

    private async Task ReadAsync() => _sessions = await Sessions.OfAsync(await Current.GetAsync());

    private async Task EndAsync(Guid id)
    {
        var outcome = await Sessions.EndOwnAsync(await Current.GetAsync(), id);
        _fault = Faults.Of(outcome.Refusal, Text).General;
        await ReadAsync();
    }

    private async Task EndOthersAsync()
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, Text["Sessions.EndOthers"], Text["Sessions.EndOthers.Message"], Text["Sessions.EndOthers"])) return;
        var actor = await Current.GetAsync();
        await Sessions.EndOthersAsync(actor.Id, actor.SessionId);
        await ReadAsync();
    }
}
