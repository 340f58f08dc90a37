using AiPortal.Core.Audit;
using Microsoft.Extensions.Localization;

namespace AiPortal.Audit;

/// <summary>Events in sentences: a verb and a noun for each action, so that a new one is readable by two words.</summary>
internal static class AuditWords
{
    /// <summary>Kinds of subjects that can be filtered by.</summary>
    public static readonly string[] Nouns =
    [
        "alert", "alerting", "approval", "audit", "bill", "budget", "call", "compliance", "cost_center", "delegation", "delivery", "department", "discount", "environment", "exchange_rate",
        "invitation", "key", "member", "node", "organization", "policy", "price", "project", "provider", "record", "route", "service_token", "team", "vault",
    ];

    public static string Sentence(this IStringLocalizer<AuditText> text, AuditEvent row)
    {
        var verb = row.Action[(row.Action.IndexOf('.', StringComparison.Ordinal) + 1)..];
        var template = $"{(row.Allowed ? "Did" : "Denied")}.{verb}";
        var noun = text.Noun(row.SubjectType);
        var subject = row.SubjectName ?? "";
        // Some actions read better in words of their own.
        var own = text[row.Allowed ? "Did." + row.Action : template, row.ActorName, noun, subject];
        if (own.ResourceNotFound) own = text[template, row.ActorName, noun, subject];
        return (own.ResourceNotFound ? text[row.Allowed ? "Did.other" : "Denied.other", row.ActorName, noun, subject, row.Action] : own).Value.TrimEnd();
    }

    public static string Noun(this IStringLocalizer<AuditText> text, string type)
    {
        var own = text["Noun." + type];
        return own.ResourceNotFound ? type.Replace('_', ' ') : own.Value;
    }
}
