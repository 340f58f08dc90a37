using AiPortal.Core.Budgets;

namespace AiPortal.Analytics.Calls;

/// <summary>From a budget to the calls behind its figures.</summary>
internal static class BudgetCalls
{
    /// <summary>The calls that a limit counts in its current period: of its scope, its model or pattern, its account.</summary>
    public static string Href(BudgetLineReading reading, TimeZoneInfo zone)
    {
        var (scope, start) = (reading.Line.ScopeId, reading.View.Period.Start);
        // All time has no first day worth naming: the longest list is a year.
        var calls = start <= DateTimeOffset.UnixEpoch
            ? new CallQuery { Days = 366 }
            : new CallQuery { From = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(start, zone).DateTime) };
        calls = calls with { Model = reading.Line.Filter.Model, Provider = reading.Line.Filter.ProviderId?.ToString() };
        return (reading.Line.QuotaType switch
        {
            QuotaType.Organization => calls,
            QuotaType.Department => calls with { Department = scope },
            QuotaType.Team => calls with { Team = scope },
            QuotaType.Project => calls with { Project = scope },
            QuotaType.CostCenter => calls with { CostCenter = scope },
            QuotaType.Environment => calls with { Environment = scope },
            QuotaType.User => calls with { User = scope },
            QuotaType.Key => calls with { Key = scope },
        }).Href;
    }
}
