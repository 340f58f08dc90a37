using AiPortal.Core.Billing;
using Microsoft.AspNetCore.Components;

namespace AiPortal.Billing;

/// <summary>A bill on paper.</summary>
public sealed partial class BillPrint
{
    /// <summary>More are left to the workbook; the totals hold them all the same.</summary>
    internal const int MaxLines = 2000;

    private const int LargestShares = 12;
    private const string Dash = "–";
    private static readonly BillDimension[] Dimensions = [BillDimension.CostCenter, BillDimension.Team, BillDimension.Project, BillDimension.Model];

    [Parameter, EditorRequired]
    public required BillView Bill { get; set; }

    [Parameter, EditorRequired]
    public required System.Globalization.CultureInfo Culture { get; set; }

    private BillWords Words { get; set; } = null!;

    private string Name => Bill.Bill.Number ?? Words["Status.Draft"];

    private bool Cut => Bill.Lines.Count > MaxLines;

    protected override void OnParametersSet() => Words = new BillWords(Culture);

    private string Money(decimal amount) => amount.ToString("N2", Words.Culture);

    private string Count(long count) => count.ToString("N0", Words.Culture);

    private decimal SectionTotal(string section) => section switch
    {
        BillSections.Usage => Bill.Bill.Subtotal,
        BillSections.Adjustment => Bill.Bill.Adjustments,
        _ => Bill.Bill.Unresolved,
    };

    /// <summary>What is printed of each section that has lines, and the sum of what is not.</summary>
    private IEnumerable<(string Section, IReadOnlyList<BillLine> Lines, decimal? Unprinted)> Sections()
    {
        var left = MaxLines;
        foreach (var section in BillSections.All)
        {
            var lines = Bill.Of(section).ToList();
            if (lines.Count == 0) continue;
            var printed = lines.Take(left).ToList();
            left -= printed.Count;
            yield return (section, printed, printed.Count < lines.Count ? lines.Skip(printed.Count).Sum(line => line.Amount) : null);
        }
    }

    private List<BillShare> Shares(BillDimension dimension)
    {
        var shares = BillBreakdown.By(Bill.Lines, dimension).Select(share => share with { Name = share.Name ?? Words["Unattributed"] }).ToList();
        if (shares.Count <= LargestShares) return shares;
        var rest = shares.Skip(LargestShares - 1).ToList();
        return [.. shares.Take(LargestShares - 1), new BillShare(Words.Of("Others", rest.Count), rest.Sum(share => share.Requests), rest.Sum(share => share.Amount))];
    }

    /// <summary>The names at the foot of each page are the bill's own, so they are quoted for CSS.</summary>
    private string Style => $$"""
        <style>
        @page { size: A4; margin: 16mm 14mm 18mm;
          @bottom-left { content: {{Quote($"{Bill.OrganizationName} · {Name}")}}; font: 8pt {{Fonts}}; color: #5b6470 }
          @bottom-right { content: counter(page) " / " counter(pages); font: 8pt {{Fonts}}; color: #5b6470 } }
        * { box-sizing: border-box }
        body { margin: 0; color: #16191d; font: 9pt/1.4 {{Fonts}}; font-variant-numeric: tabular-nums }
        p, h1, h2, dl, dd { margin: 0 }
        header { display: flex; justify-content: space-between; align-items: flex-end; padding-bottom: 4mm; border-bottom: 1pt solid #16191d }
        h1 { font-size: 17pt; line-height: 1.25 } h1 .number { font-weight: 400 }
        h2 { font-size: 11pt; margin: 6mm 0 2mm; break-after: avoid }
        .organization { font-size: 11pt; color: #3b434d } .draft { color: #8a4b00; font-weight: 600 }
        .total { text-align: right; font-size: 18pt; font-weight: 600; white-space: nowrap } .total span { display: block; font-size: 9pt; font-weight: 400; color: #3b434d }
        .facts { display: flex; gap: 8mm; margin-top: 5mm } dl { flex: 1; display: grid; grid-template-columns: max-content 1fr; gap: 0.6mm 4mm; align-content: start }
        dt { color: #5b6470 } dd { overflow-wrap: anywhere } .sums { width: 68mm; flex: none; align-self: start }
        table { width: 100%; border-collapse: collapse } td, th { padding: 1mm 1.5mm; text-align: left; vertical-align: top; overflow-wrap: anywhere }
        th { font-weight: 600; color: #3b434d; border-bottom: 0.75pt solid #9aa3ad } td { border-bottom: 0.4pt solid #dfe3e8 }
        .sums td:last-child, .shares td:last-child, .shares th:last-child, .n { text-align: right; white-space: nowrap }
        .grand td { font-weight: 600; border-top: 0.75pt solid #16191d } .aside td, .rest td, .note { color: #5b6470 }
        .shares { display: grid; grid-template-columns: 1fr 1fr; gap: 5mm 8mm; margin-top: 6mm } .shares table { align-self: start; break-inside: avoid }
        .lines { font-size: 8pt; table-layout: fixed } .lines col.w { width: 13% } .lines col.p { width: 9.5% } .lines col.m { width: 16% } .lines col.c { width: 9% } .lines col.a { width: 12% } thead { display: table-header-group } tr { break-inside: avoid } .note { margin: 1mm 0 2mm }
        </style>
        """;

    private const string Fonts = "system-ui, \"Noto Sans\", \"DejaVu Sans\", \"Noto Sans CJK SC\", \"Noto Sans SC\", \"PingFang SC\", \"Microsoft YaHei\", sans-serif";

    // Hexadecimal escapes leave no way out of the string, the style element or the sheet. A blank after one would belong to it.
    private static string Quote(string text) => "\"" + string.Concat(text.EnumerateRunes().Select(rune =>
        rune.IsAscii && char.IsAsciiLetterOrDigit((char)rune.Value) ? rune.ToString() : $"\\{rune.Value:x6}")) + "\"";
}
