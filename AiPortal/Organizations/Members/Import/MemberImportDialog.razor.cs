using AiPortal.Access;
using AiPortal.Core.Organizations.Import;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Organizations.Members.Import;

/// <summary>Members from a file: tried first, then added and changed, all or none. Closes with true when something was done.</summary>
public sealed partial class MemberImportDialog
{
    private const int MostBytes = 2 << 20;
    private const int MostShown = 100;
    private const string Example = "email,name,role,team\nada@example.com,Ada Lovelace,member,Search";

    private string? _csv;
    private string? _fault;
    private MembersImported? _done;
    private bool _saving;

    [Inject] internal IStringLocalizer<MembersText> Text { get; init; } = default!;

    [Inject] internal IServiceScopeFactory Scopes { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    private bool Empty => string.IsNullOrWhiteSpace(_csv);

    private int Work => _done is { } done ? done.Count(MemberImportAction.Create) + done.Count(MemberImportAction.Change) : 0;

    /// <summary>The text as it stands was tried, is fine and does something.</summary>
    private bool Tried => _done is { Applied: false, Invalid: 0 } && Work > 0;

    private bool HasLinks => _done?.Rows.Any(row => row.InvitationToken is not null) == true;

    private string Links => _done is { Applied: true } done
        ? string.Join('\n', done.Rows.Where(row => row.InvitationToken is not null)
            .Select(row => $"{Quoted(row.Email)},{MemberEndpoints.LinkOf(Navigation.BaseUri, row.InvitationToken!)}").Prepend("email,invitation"))
        : "";

    internal static async Task<bool> ShowAsync(DialogService dialogs, string title)
    {
        var options = FormDialog.Wide(680);
        (options.CloseDialogOnEsc, options.ShowClose) = (false, false);
        return await dialogs.OpenAsync<MemberImportDialog>(title, null, options) is true;
    }

    private void Forget() => (_done, _fault) = (null, null);

    private async Task TakeAsync(InputFileChangeEventArgs change)
    {
        Forget();
        if (change.File.Size > MostBytes)
        {
            _fault = Text["Import.TooLarge"];
            return;
        }

        using var reader = new StreamReader(change.File.OpenReadStream(MostBytes));
        _csv = await reader.ReadToEndAsync();
    }

    private async Task RunAsync(bool dryRun)
    {
        if (_saving) return;
        var read = MemberCsv.Read(_csv ?? "");
        _fault = Faults.Of(read.Refusal, Text).General;
        if (read.IsRefused) return;
        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        await using var scope = Scopes.CreateAsyncScope();
        var outcome = await scope.ServiceProvider.GetRequiredService<ImportMembers>().RunAsync(actor, organization, read.Value, dryRun);
        _saving = false;
        _fault = Faults.Of(outcome.Refusal, Text).General;
        _done = outcome.IsRefused ? null : outcome.Value;
    }

    // An address that begins like a formula stays an address in a spreadsheet.
    private static string Quoted(string text) => $"\"{(text.Length > 0 && "=+-@\t\r".Contains(text[0], StringComparison.Ordinal) ? "'" : "")}{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
