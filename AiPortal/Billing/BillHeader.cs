using System.Globalization;
using AiPortal.Core.Billing;

namespace AiPortal.Billing;

/// <summary>What stands at the head of a bill, the same in workbook, print and page.</summary>
internal static class BillHeader
{
    /// <summary>Resource key of the label, and the value in words.</summary>
    public static IEnumerable<(string Label, string Value)> Rows(BillView view, BillWords words)
    {
        var bill = view.Bill;
        yield return ("Header.Organization", view.OrganizationName);
        yield return ("Header.Number", bill.Number ?? words["Status.Draft"]);
        yield return ("Header.Status", Status(view, words));
        yield return ("Header.Scope", Scope(bill, words));
        yield return ("Header.Period", Period(bill, words));
        yield return ("Header.Zone", bill.TimeZone);
        yield return ("Header.Currency", bill.Currency);
        yield return ("Header.Kind", words[bill.Settles ? "Kind.Settles" : "Kind.Statement"]);
        if (bill.FinalizedAt is not { } at) yield break;
        yield return ("Header.Finalized", Local(at, bill).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
        if (bill.OpenCalls > 0) yield return ("Header.OpenCalls", bill.OpenCalls.ToString("N0", words.Culture));
        yield return ("Header.Cutoff", bill.Cutoff!.Value.ToString(CultureInfo.InvariantCulture));
        yield return ("Header.Hash", bill.ContentHash!);
    }

    public static string Status(BillView view, BillWords words) =>
        words[!view.IsFinalized ? "Status.Draft" : view.IsEarly ? "Status.Early" : "Status.Finalized"];

    public static string Scope(Bill bill, BillWords words) => bill.ScopeType == BillScope.Organization
        ? words["Scope.Organization"]
        : words.Of("Scope.Part", words["Scope." + bill.ScopeType], bill.ScopeName);

    /// <summary>2026-10-01 – 2026-10-31, both days included.</summary>
    public static string Period(Bill bill, BillWords words) => words.Of("Period.Range",
        Local(bill.PeriodStart, bill).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Local(bill.PeriodEnd.AddTicks(-1), bill).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    public static DateTime Local(DateTimeOffset at, Bill bill) =>
        TimeZoneInfo.ConvertTime(at, TimeZoneInfo.FindSystemTimeZoneById(bill.TimeZone)).DateTime;
}
