using AiPortal.Core.Data;
using AiPortal.Core.Routing.Health;
using AiPortal.Ui.Figures;
using Microsoft.Extensions.Localization;

namespace AiPortal.Providers;

/// <summary>How an account is doing, in the reader's language.</summary>
internal static class HealthWords
{
    public static string Reason(AccountCondition health, IStringLocalizer text)
    {
        var reason = text["Reason." + EnumWord.Of(health.Reason)].Value;
        return health.Detail is { } detail ? $"{reason} ({detail})" : reason;
    }

    public static string Times(Percentiles times) => $"{Time(times.P50)} / {Time(times.P95)} / {Time(times.P99)}";

    private static string Time(int? ms) => ms is { } known ? Formats.Current.Duration(TimeSpan.FromMilliseconds(known)) : Formats.NoFigure;
}
