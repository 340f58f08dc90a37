using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

namespace AiPortal.Exports;

/// <summary>A cell of a streamed row: a text, a number, or a formula with its value; all null writes none.</summary>
internal readonly record struct XlsxCell(string? Text = null, decimal? Number = null, string? Formula = null);

/// <summary>
/// Fills one sheet of a finished workbook from a stream. The spreadsheet library streams rows only into a workbook of a single
/// sheet and else holds every cell in memory, a gigabyte for the largest bill. So the sheet is built with one row of formatted,
/// empty cells below its header; each streamed row takes that row's formats.
/// </summary>
internal static partial class XlsxRows
{
    private const string Tail = "</sheetData>";

    /// <param name="workbook">The workbook with the template row; read from its beginning.</param>
    /// <param name="output">The filled workbook.</param>
    /// <param name="sheet">1 for the first.</param>
    /// <param name="templateRow">1 for the first; the last row of its sheet.</param>
    /// <param name="rows">Cells from column A on.</param>
    /// <param name="token">Ends it between rows.</param>
    public static async Task FillAsync(Stream workbook, Stream output, int sheet, int templateRow, IAsyncEnumerable<XlsxCell[]> rows, CancellationToken token)
    {
        workbook.Position = 0;
        await using var source = await ZipArchive.CreateAsync(workbook, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, token);
        await using var target = await ZipArchive.CreateAsync(output, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, token);
        var filled = string.Create(CultureInfo.InvariantCulture, $"xl/worksheets/sheet{sheet}.xml");
        foreach (var part in source.Entries)
        {
            await using var from = await part.OpenAsync(token);
            await using var to = await target.CreateEntry(part.FullName, CompressionLevel.Fastest).OpenAsync(token);
            if (part.FullName == filled) await FillSheetAsync(from, to, templateRow, rows, token);
            else await from.CopyToAsync(to, token);
        }
    }

    private static async Task FillSheetAsync(Stream from, Stream to, int templateRow, IAsyncEnumerable<XlsxCell[]> rows, CancellationToken token)
    {
        using var reader = new StreamReader(from, Encoding.UTF8);
        // <dimension ref="A1:C2" /> … <row r="2" spans="1:3"><c r="A2" s="4" /><c r="B2" s="5" /></row></sheetData>
        var xml = Dimension().Replace(await reader.ReadToEndAsync(token), "");
        var begin = xml.IndexOf(string.Create(CultureInfo.InvariantCulture, $"<row r=\"{templateRow}\""), StringComparison.Ordinal);
        var end = xml.IndexOf(Tail, StringComparison.Ordinal);
        if (begin < 0 || end < begin) throw new InvalidDataException("The sheet has no template row.");
        var styles = Style().Matches(xml[begin..end]).ToDictionary(match => match.Groups["column"].Value, match => match.Groups["style"].Value);

        await using var writer = new StreamWriter(to, new UTF8Encoding(false), bufferSize: 1 << 16, leaveOpen: true);
        await writer.WriteAsync(xml.AsMemory(0, begin), token);
        var number = templateRow;
        var line = new StringBuilder();
        await foreach (var row in rows.WithCancellation(token))
        {
            Append(line.Clear(), row, number++, styles);
            await writer.WriteAsync(line, token);
        }

        await writer.WriteAsync(xml.AsMemory(end), token);
    }

    private static void Append(StringBuilder line, XlsxCell[] row, int number, Dictionary<string, string> styles)
    {
        var invariant = CultureInfo.InvariantCulture;
        line.Append(invariant, $"<row r=\"{number}\">");
        for (var i = 0; i < row.Length; i++)
        {
            var cell = row[i];
            if (cell is { Text: null, Number: null, Formula: null }) continue;
            var column = ColumnName(i);
            line.Append(invariant, $"<c r=\"{column}{number}\"");
            if (styles.TryGetValue(column, out var style)) line.Append(invariant, $" s=\"{style}\"");
            if (cell.Text is { } text)
            {
                line.Append(" t=\"inlineStr\"><is><t xml:space=\"preserve\">").Append(Escape(text)).Append("</t></is></c>");
                continue;
            }

            line.Append('>');
            if (cell.Formula is { } formula) line.Append("<f>").Append(Escape(formula)).Append("</f>");
            line.Append(invariant, $"<v>{cell.Number:0.############}</v></c>");
        }

        line.Append("</row>");
    }

    /// <summary>0 is A, 26 is AA.</summary>
    public static string ColumnName(int index) => index < 26 ? ((char)('A' + index)).ToString() : ColumnName((index / 26) - 1) + (char)('A' + (index % 26));

    /// <summary>Without the characters that XML, and so a workbook, cannot hold.</summary>
    public static string Clean(string text) => text.All(XmlConvert.IsXmlChar) ? text : string.Concat(text.EnumerateRunes()
        .Where(rune => rune.Value != 0xFFFD && (rune.Utf16SequenceLength == 2 || XmlConvert.IsXmlChar((char)rune.Value))));

    private static string Escape(string text) =>
        Clean(text).Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    [GeneratedRegex("<dimension [^>]*/>")]
    private static partial Regex Dimension();

    [GeneratedRegex("<c r=\"(?<column>[A-Z]+)[0-9]+\" s=\"(?<style>[0-9]+)\"")]
    private static partial Regex Style();
}
