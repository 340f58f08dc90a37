using Radzen.Documents.Spreadsheet;

namespace AiPortal.Exports;

/// <summary>Formats that the sheets share.</summary>
internal static class SheetCells
{
    public const string Money = "#,##0.00";
    public const string ExactMoney = "#,##0.000000######";
    public const string Count = "#,##0";

    /// <summary>As text whatever it begins with: a team named <c>=1+1</c> must not calculate.</summary>
    public static Cell Text(this Worksheet sheet, int row, int column, string? text)
    {
        var cell = sheet.Cells[row, column];
        if (!string.IsNullOrEmpty(text)) cell.SetValue("'" + XlsxRows.Clean(text));
        return cell;
    }

    public static Cell Number(this Worksheet sheet, int row, int column, decimal number, string format)
    {
        var cell = sheet.Cells[row, column];
        cell.Value = number;
        cell.Format = cell.Format.WithNumberFormat(format);
        return cell;
    }

    public static Cell Formula(this Worksheet sheet, int row, int column, string formula, string format)
    {
        var cell = sheet.Cells[row, column];
        cell.Formula = formula;
        cell.Format = cell.Format.WithNumberFormat(format);
        return cell;
    }

    public static Cell Bold(this Cell cell)
    {
        cell.Format = cell.Format.WithBold(true);
        return cell;
    }

    public static void Header(this Worksheet sheet, IReadOnlyList<(string Title, double Width)> columns)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            var cell = sheet.Text(0, i, columns[i].Title).Bold();
            cell.Format = cell.Format.WithBackgroundColor("#E8ECF1");
            sheet.Columns[i] = columns[i].Width;
        }

        sheet.Rows.Frozen = 1;
    }
}
