using System.Globalization;
using AiPortal.Core.Billing;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace AiPortal.Billing;

/// <summary>A bill as PDF: its page as static HTML, printed.</summary>
internal sealed class BillPdf(IServiceProvider services, ILoggerFactory loggers, ChromiumPrinter printer)
{
    public const string ContentType = "application/pdf";

    /// <exception cref="PdfUnavailableException">There is no browser, or it does not print.</exception>
    public async Task<byte[]> PrintAsync(BillView bill, CultureInfo culture, CancellationToken token) =>
        await printer.PrintAsync(await HtmlAsync(bill, culture), token);

    public async Task<string> HtmlAsync(BillView bill, CultureInfo culture)
    {
        await using var renderer = new HtmlRenderer(services, loggers);
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var parameters = ParameterView.FromDictionary(new Dictionary<string, object?>
            {
                [nameof(BillPrint.Bill)] = bill,
                [nameof(BillPrint.Culture)] = culture,
            });
            return (await renderer.RenderComponentAsync<BillPrint>(parameters)).ToHtmlString();
        });
    }
}
