using System.Globalization;
using AiPortal.Api;
using AiPortal.Core.Billing;
using AiPortal.Core.Focus;
using AiPortal.Core.Money;
using AiPortal.Exports;

namespace AiPortal.Billing;

/// <summary>The forms a bill can be taken away in.</summary>
internal enum BillFormat { Xlsx, Pdf, Csv, Focus }

/// <summary>Makes the file of a bill; whoever asks has been let in already.</summary>
internal sealed class BillExport(BillEntryReader entries, BillPdf pdf, FocusReader focus)
{
    /// <summary>In the language of the request.</summary>
    public async Task<IResult> RunAsync(BillView bill, BillFormat format, CancellationToken token)
    {
        var culture = CultureInfo.CurrentUICulture;
        var name = $"bill-{bill.Bill.Number ?? bill.Bill.Period + "-draft"}";
        switch (format)
        {
            case BillFormat.Xlsx:
                return Results.Stream(await TemporaryFile.WriteAsync(file => BillWorkbook.WriteAsync(
                    bill, entries.StreamAsync(bill.Bill, BillWorkbook.MaxEntries + 1, token), new BillWords(culture), file, token)), BillWorkbook.ContentType, name + ".xlsx");
            case BillFormat.Pdf:
                try
                {
                    return Results.Bytes(await pdf.PrintAsync(bill, culture, token), BillPdf.ContentType, name + ".pdf");
                }
                catch (PdfUnavailableException fault)
                {
                    return ApiResults.Problem(StatusCodes.Status503ServiceUnavailable, "pdf_unavailable", fault.Message);
                }

            case BillFormat.Csv:
                return Results.Bytes(BillCsv.Of(bill), "text/csv; charset=utf-8", name + ".csv");
            case BillFormat.Focus:
                return await FocusAsync(bill, name, token);
            default:
                throw new ArgumentOutOfRangeException(nameof(format));
        }
    }

    private async Task<IResult> FocusAsync(BillView view, string name, CancellationToken token)
    {
        var bill = view.Bill;
        if (await focus.ReadAsync(bill, token) is not { } charges)
            return ApiResults.Problem(StatusCodes.Status400BadRequest, "too_many_rows", $"This bill has more than {FocusReader.MaxSums} charges a day, key and model; take the records in parts.");
        var file = new FocusFile(bill.OrganizationId, view.OrganizationName)
        {
            Currency = bill.Currency,
            Rate = bill.ExchangeRate,
            InvoiceId = bill.Number,
            BillingPeriod = new Period(bill.PeriodStart, bill.PeriodEnd),
            Corrects = bill.Sequence > 1,
            Total = bill.Total,
        };
        return Results.Stream(await TemporaryFile.WriteAsync(stream => FocusCsv.WriteAsync(stream, file, charges, token)), "text/csv; charset=utf-8", name + "-focus.csv");
    }
}
