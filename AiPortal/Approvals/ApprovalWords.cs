using AiPortal.Core.Approvals;
using AiPortal.Core.Data;
using AiPortal.Ui.Figures;
using Microsoft.Extensions.Localization;

namespace AiPortal.Approvals;

/// <summary>Requests in sentences.</summary>
internal static class ApprovalWords
{
    public static string Sentence(this IStringLocalizer<ApprovalsText> text, Approval approval)
    {
        var subject = approval.SubjectType == "policy" ? text.KindOf(approval.SubjectName) : approval.SubjectName;
        var own = text["Ask." + approval.Action, approval.RequestedByName, subject];
        return own.ResourceNotFound ? text["Ask.other", approval.RequestedByName, $"{approval.Action} {subject}"] : own.Value;
    }

    public static string KindOf(this IStringLocalizer<ApprovalsText> text, string kind)
    {
        var own = text["Kind." + kind];
        return own.ResourceNotFound ? kind : own.Value;
    }

    public static string ApproverOf(this IStringLocalizer<ApprovalsText> text, Approver approver) => text["Approver." + EnumWord.Of(approver)];

    public static string EventOf(this IStringLocalizer<ApprovalsText> text, ApprovalEvent row) =>
        row is { OnBehalfOfName: { } absent, Kind: ApprovalEventKind.Approved or ApprovalEventKind.Rejected }
            ? text[$"Event.{EnumWord.Of(row.Kind)}For", row.ActorName, absent]
            : text["Event." + EnumWord.Of(row.Kind), row.ActorName];

    /// <summary>Why it is void, in the reader's language where the reason is known by a code.</summary>
    public static string VoidOf(this IStringLocalizer<ApprovalsText> text, Approval approval)
    {
        var own = text["Void." + approval.VoidCode];
        return own.ResourceNotFound ? approval.VoidReason ?? "" : own.Value;
    }

    public static Meaning MeaningOf(ApprovalStatus status) => status switch
    {
        ApprovalStatus.Pending => Meaning.Notice,
        ApprovalStatus.Approved => Meaning.Good,
        ApprovalStatus.Rejected => Meaning.Stop,
        ApprovalStatus.Withdrawn => Meaning.Neutral,
        ApprovalStatus.Expired or ApprovalStatus.Void => Meaning.Warning,
    };
}
