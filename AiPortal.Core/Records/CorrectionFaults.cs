using System.Globalization;
using AiPortal.Core.Data;
using AiPortal.Core.Money;

namespace AiPortal.Core.Records;

/// <summary>What every correction asks of its members.</summary>
internal static class CorrectionFaults
{
    public const int MaxReason = 500;

    /// <summary>More than this is a slip of the hand.</summary>
    public const decimal MaxAmount = 1_000_000;

    public static void Reason(FieldFaults faults, string? reason) => faults.RequireText(reason, "reason", MaxReason);

    public static void Amount(FieldFaults faults, decimal amount, string field = "amount") => faults.Require(
        Math.Abs(amount) <= MaxAmount && Usd.IsStorable(amount), field,
        string.Create(CultureInfo.InvariantCulture, $"At most {MaxAmount:0} USD, with at most {Usd.Decimals} decimals."));

    public static string Show(decimal usd) => usd.ToString("0.00##########", CultureInfo.InvariantCulture);
}
