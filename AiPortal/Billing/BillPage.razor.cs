using System.Globalization;
using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Billing;
using AiPortal.Core.Data;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Billing;

/// <summary>What does this bill ask for, who does it fall to, and is it final?</summary>
public sealed partial class BillPage : IDisposable
{
    private const int MostShares = 50;

    private BillView? _view;
    private BillDimension _dimension = BillDimension.CostCenter;
    private CancellationTokenSource? _waiting;
    private bool _missing;
    private bool _mayChange;
    private bool _working;
    private string? _fault;

    [Inject] internal IStringLocalizer<BillText> Text { get; init; } = default!;

    [Inject] internal BillReader Bills { get; init; } = default!;

    [Inject] internal FinalizeBill Finalization { get; init; } = default!;

    [Inject] internal DiscardBill Discarding { get; init; } = default!;

    [Inject] internal DownloadTickets Tickets { get; init; } = default!;

    [Inject] internal ChromiumPrinter Printer { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    [Parameter] public Guid Id { get; set; }

    private static BillWords Words => new(CultureInfo.CurrentUICulture);

    private IReadOnlyList<(BillDimension, string)> Dimensions => [.. Enum.GetValues<BillDimension>().Select(dimension => (dimension, (string)Text["Column." + dimension]))];

    protected override Task OnParametersSetAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _mayChange = actor.May(Permission.ManageBills, organization);
        _view = actor.May(Permission.ViewBills, organization) ? await Bills.FindAsync(organization, Id) : null;
        _missing = _view is null;
    }

    private string Title(BillView view) => view.Bill.Number ?? Text["DraftTitle", view.Bill.Period];

    private static string Subtitle(BillView view) =>
        $"{BillHeader.Scope(view.Bill, Words)} · {BillHeader.Period(view.Bill, Words)} · {BillHeader.Status(view, Words)}";

    /// <summary>The largest, and the rest in one row, so that the column still adds up.</summary>
    private List<BillShare> Shares(BillView view)
    {
        var shares = BillBreakdown.By(view.Lines, _dimension);
        if (shares.Count <= MostShares) return [.. shares];
        var rest = shares.Skip(MostShares - 1).ToList();
        return [.. shares.Take(MostShares - 1), new BillShare(Text["Others", rest.Count], rest.Sum(share => share.Requests), rest.Sum(share => share.Amount))];
    }

    private async Task FinalizeAsync()
    {
        var early = _view!.Bill.PeriodEnd > Clock.GetUtcNow();
        if (!await ConfirmDialog.AskAsync(Dialogs, Text["Finalize.Title"], Text[early ? "Finalize.Early" : "Finalize.Message"], Text["Finalize"])) return;
        (_working, _fault) = (true, null);
        using var waiting = _waiting = new CancellationTokenSource();
        StateHasChanged();
        try
        {
            var (actor, organization) = await Current.HereAsync();
            var outcome = await Finalization.RunAsync(actor, organization, Id, waiting.Token);
            if (outcome.Refusal is { } refusal) _fault = Refused(refusal);
            await LoadAsync();
        }
        catch (OperationCanceledException) when (waiting.IsCancellationRequested)
        {
            _fault = null;
        }
        finally
        {
            (_working, _waiting) = (false, null);
        }
    }

    private void Cancel() => _waiting?.Cancel();

    private async Task DiscardAsync()
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, Text["Discard.Title"], Text["Discard.Message"], Text["Discard"], destructive: true)) return;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Discarding.RunAsync(actor, organization, Id);
        if (outcome.Refusal is { } refusal) _fault = Refused(refusal);
        else Navigation.NavigateTo("/bills");
    }

    private async Task TakeAsync(BillFormat format)
    {
        _fault = format == BillFormat.Pdf && !Printer.IsThere ? Text["Fault.pdf_unavailable"].Value : null;
        if (_fault is not null) return;
        var (actor, organization) = await Current.HereAsync();
        var id = Id;
        var address = Tickets.Issue(actor, async http =>
        {
            var bill = http.GetActor().May(Permission.ViewBills, organization) ? await Bills.FindAsync(organization, id, http.RequestAborted) : null;
            return bill is null
                ? ApiResults.Missing("bill")
                : await http.RequestServices.GetRequiredService<BillExport>().RunAsync(bill, format, http.RequestAborted);
        });
        Navigation.NavigateTo(address, forceLoad: true);
    }

    private string Refused(Refusal refusal)
    {
        var own = Text["Fault." + refusal.Code];
        return own.ResourceNotFound ? refusal.Message : own.Value;
    }

    public void Dispose() => _waiting?.Cancel();
}
