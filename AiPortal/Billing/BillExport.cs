using System.Globalization;
using AiPortal.Api;
using AiPortal.Core.Billing;

namespace AiPortal.Billing;

/// <summary>The forms a bill can be taken away in.</summary>
internal enum BillFormat { Xlsx, Pdf, Csv, Focus }

/// <summary>Makes the file of a bill; whoever asks has been let in already.</summary>
internal sealed class BillExport(BillEntryReader entries, BillPdf pdf)
{
    private const int BufferSize = 1 << 16;

    /// <summary>In the language of the request.</summary>
    public async Task<IResult> RunAsync(BillView bill, BillFormat format, CancellationToken token)
    {
        var culture = CultureInfo.CurrentUICulture;
        var name = $"bill-{bill.Bill.Number ?? bill.Bill.Period + "-draft"}";
        switch (format)
        {
            case BillFormat.Xlsx:
                return Results.Stream(await WorkbookAsync(bill, culture, token), BillWorkbook.ContentType, name + ".xlsx");
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
            default:
                return ApiResults.Problem(StatusCodes.Status501NotImplemented, "format_unavailable", "FOCUS is not written yet; take xlsx, pdf or csv.");
        }
    }

    /// <summary>By way of a file: a failure shows before the answer begins, and no transaction waits for a slow reader.</summary>
    private async Task<Stream> WorkbookAsync(BillView bill, CultureInfo culture, CancellationToken token)
    {
        var file = new FileStream(Path.Combine(Path.GetTempPath(), "aiportal-" + Path.GetRandomFileName()), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            BufferSize = BufferSize,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        try
        {
            var rows = entries.StreamAsync(bill.Bill, BillWorkbook.MaxEntries + 1, token);
            await BillWorkbook.WriteAsync(bill, rows, new BillWords(culture), file, token);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }
}
