using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Environments;
using AiPortal.Shell.Environments;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Environments;

/// <summary>Which environments are there, what has each of its own, and how does another get the same?</summary>
public sealed partial class EnvironmentsPage
{
    private IReadOnlyList<EnvironmentLine>? _lines;
    private bool _mayCopy;
    private string? _told;

    [Inject] internal IStringLocalizer<EnvironmentsText> Text { get; init; } = default!;

    [Inject] internal EnvironmentSheet Sheet { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [CascadingParameter] private ShownEnvironment? Environment { get; set; }

    protected override Task OnInitializedAsync() => ReadAsync();

    private async Task ReadAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _mayCopy = actor.May(Permission.ManageOrganization, organization);
        _lines = actor.May(Permission.ViewStructure, organization) ? await Sheet.ReadAsync(organization) : [];
    }

    private async Task CopyAsync(EnvironmentLine? from)
    {
        if (await EnvironmentCopyDialog.ShowAsync(Dialogs, Text["Copy"], _lines ?? [], from?.Id) is not { } done) return;
        _told = done.NeedsApproval
            ? Text["Done.Asked"]
            : Text["Done", done.To, done.Count(CopyAction.Create), done.Count(CopyAction.Change)];
        await ReadAsync();
    }
}
