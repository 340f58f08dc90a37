using AiPortal.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Keys.Import;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Keys.Import;

/// <summary>Keys from a file: tried first, then made, all or none. Closes with true when keys were made.</summary>
public sealed partial class KeyImportDialog
{
    private const int MostBytes = 2 << 20;
    private const int MostShown = 100;
    private const string Example = "name,team,owner,budget,period\nsearch-backend,Search,ann@example.com,100,monthly";

    private string? _csv;
    private string? _fault;
    private KeysImported? _done;
    private bool _saving;

    [Inject] internal IStringLocalizer<KeysText> Text { get; init; } = default!;

    [Inject] internal ImportKeys Import { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    private bool Empty => string.IsNullOrWhiteSpace(_csv);

    /// <summary>The text as it stands was tried and is fine.</summary>
    private bool Tried => _done is { Applied: false, Invalid: 0 };

    private string Secrets => _done is { Applied: true } done ? string.Join('\n', done.Rows.Select(row => $"{Quoted(row.Name)},{row.Issued!.Secret}").Prepend("name,key")) : "";

    internal static async Task<bool> ShowAsync(DialogService dialogs, string title)
    {
        var options = FormDialog.Wide(680);
        (options.CloseDialogOnEsc, options.ShowClose) = (false, false);
        return await dialogs.OpenAsync<KeyImportDialog>(title, null, options) is true;
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
        var read = KeyCsv.Read(_csv ?? "");
        _fault = Faults.Of(read.Refusal, Text).General;
        if (read.IsRefused) return;
        _saving = true;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Import.RunAsync(actor, organization, read.Value, dryRun);
        _saving = false;
        _fault = Faults.Of(outcome.Refusal, Text).General;
        _done = outcome.IsRefused ? null : outcome.Value;
    }

    // A name that begins like a formula stays a name in a spreadsheet.
    private static string Quoted(string name) => $"\"{(name.Length > 0 && "=+-@\t\r".Contains(name[0], StringComparison.Ordinal) ? "'" : "")}{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
