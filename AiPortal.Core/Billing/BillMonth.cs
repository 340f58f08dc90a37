using System.Globalization;
using AiPortal.Core.Money;

namespace AiPortal.Core.Billing;

/// <summary>The month of a bill as people write it, <c>2026-10</c>.</summary>
public static class BillMonth
{
    /// <summary>False for anything but four digits, a dash and a month from 2000 to 2099.</summary>
    public static bool TryParse(string? text, OrganizationCalendar calendar, out Period period)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        period = default;
        if (!DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month)) return false;
        if (month.Year is < 2000 or > 2099) return false;
        period = calendar.MonthOf(month.Year, month.Month);
        return true;
    }

    /// <summary>The month that a date is in.</summary>
    public static string Of(DateOnly date) => date.ToString("yyyy-MM", CultureInfo.InvariantCulture);
}
