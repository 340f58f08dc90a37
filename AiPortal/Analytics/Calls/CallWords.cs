using AiPortal.Core.Ledger;
using AiPortal.Ui.Figures;
using Microsoft.Extensions.Localization;

namespace AiPortal.Analytics.Calls;

/// <summary>States of calls and attempts in a reader's words.</summary>
internal static class CallWords
{
    public static CallStatus StatusOf(EntryStatus status) => status switch
    {
        EntryStatus.Ok => CallStatus.Ok,
        EntryStatus.Failed => CallStatus.Failed,
        EntryStatus.Partial => CallStatus.Partial,
        EntryStatus.Unknown => CallStatus.Unknown,
    };

    public static Meaning MeaningOf(CallStatus status) => status switch
    {
        CallStatus.Ok => Meaning.Good,
        CallStatus.Failed => Meaning.Stop,
        CallStatus.Partial or CallStatus.Unknown => Meaning.Warning,
        CallStatus.Refused => Meaning.Notice,
    };

    /// <summary>What an error code means; null where it is a provider's own.</summary>
    public static string? Error(IStringLocalizer<CallText> text, string? code) =>
        code is not null && text["Error." + code] is { ResourceNotFound: false } found ? found.Value : null;
}
