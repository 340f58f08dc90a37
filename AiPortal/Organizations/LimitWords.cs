using AiPortal.Core.Tenancy;
using AiPortal.Ui.Figures;
using Microsoft.Extensions.Localization;

namespace AiPortal.Organizations;

/// <summary>Limits in a few words.</summary>
internal static class LimitWords
{
    /// <summary>Null where there is none. The texts have <c>Rpm.short</c>, <c>Tpm.short</c> and <c>Concurrency.short</c>.</summary>
    public static string? Of(RateLimit limits, IStringLocalizer text)
    {
        var words = new List<string>();
        if (limits.Rpm is { } rpm) words.Add(text["Rpm.short", Formats.Current.CountExact(rpm)]);
        if (limits.Tpm is { } tpm) words.Add(text["Tpm.short", Formats.Current.CountExact(tpm)]);
        if (limits.Concurrency is { } most) words.Add(text["Concurrency.short", Formats.Current.CountExact(most)]);
        return words.Count == 0 ? null : string.Join(" · ", words);
    }
}
