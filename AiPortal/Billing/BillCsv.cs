using System.Globalization;
using System.Text;
using AiPortal.Core.Billing;
using AiPortal.Exports;

namespace AiPortal.Billing;

/// <summary>A bill's lines for other programs: one header row, invariant numbers, no totals.</summary>
internal static class BillCsv
{
    private static readonly string[] Header =
    [
        "bill_number", "period", "currency", "exchange_rate", "line", "section", "cost_center_id", "cost_center", "team_id", "team", "project_id", "project",
        "provider", "model", "cost_type", "requests", "input_units", "cached_input_units", "output_units", "reasoning_units", "amount_usd", "amount",
    ];

    /// <summary>UTF-8 with its mark, which Excel needs to read Chinese.</summary>
    public static byte[] Of(BillView view)
    {
        var bill = view.Bill;
        var csv = new StringBuilder("\uFEFF").AppendJoin(',', Header).Append("\r\n");
        foreach (var line in view.Lines)
        {
            csv.AppendJoin(',', CsvText.Of(bill.Number), bill.Period, bill.Currency, Number(bill.ExchangeRate), Number(line.LineNo), line.Section,
                line.CostCenterId, CsvText.Of(line.CostCenterName), line.TeamId, CsvText.Of(line.TeamName), line.ProjectId, CsvText.Of(line.ProjectName),
                CsvText.Of(line.ProviderName), CsvText.Of(line.ModelName), CsvText.Of(line.CostType), Number(line.Requests), Number(line.InputUnits),
                Number(line.CachedInputUnits), Number(line.OutputUnits), Number(line.ReasoningUnits), Number(line.AmountUsd), Number(line.Amount));
            csv.Append("\r\n");
        }

        return Encoding.UTF8.GetBytes(csv.ToString());
    }

    private static string Number(decimal number) => number.ToString("0.00##########", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
