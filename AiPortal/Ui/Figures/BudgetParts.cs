using System.Globalization;

namespace AiPortal.Ui.Figures;

/// <summary>The three parts of a budget as shares of its bar: when more is spent or held than the limit, the bar is as long as what is taken.</summary>
internal sealed record BudgetParts(decimal SpentShare, decimal HeldShare, decimal Free, decimal Over, decimal LimitShare)
{
    internal static BudgetParts Of(decimal spent, decimal held, decimal limit)
    {
        var taken = Math.Max(0, spent) + Math.Max(0, held);
        var length = Math.Max(taken, limit);
        return length <= 0
            ? new BudgetParts(0, 0, 0, 0, 1)
            : new BudgetParts(Math.Max(0, spent) / length, Math.Max(0, held) / length, Math.Max(0, limit - taken), Math.Max(0, taken - limit), limit / length);
    }

    /// <summary>A share as a CSS length.</summary>
    internal static string Css(decimal share) => (share * 100).ToString("0.###", CultureInfo.InvariantCulture) + "%";
}
