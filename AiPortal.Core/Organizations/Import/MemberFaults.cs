using System.Net.Mail;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Organizations.Import;

/// <summary>What is wrong with a line, field by field: the same that adding or changing one member would refuse.</summary>
internal static class MemberFaults
{
    private const int MaxEmail = 254;

    public static void Check(FieldFaults faults, Actor actor, Guid organizationId, MemberDraft draft, Membership? now)
    {
        faults.RequireText(draft.Name, "name");
        if (now is null)
        {
            faults.Require(draft.Email.Length <= MaxEmail && MailAddress.TryCreate(draft.Email, out var address) && address.Address == draft.Email && !draft.Email.Any(char.IsControl),
                "email", "Must be a mail address.");
        }

        CheckLimits(faults, draft.Limits);
        faults.Require(Permissions.OfPeople.Contains(draft.Role), "role", "This role is for service tokens only.");
        faults.Require(draft.Place is null || Permissions.IsForPlaces(draft.Role), "scope_type", "Only the role manager can be for a department, team or project.");
        if (now is not null && draft == MemberDraft.Of(now)) return;
        // Also for an unchanged role: an administrator does not rename an owner either.
        foreach (var role in now is null || now.Role == draft.Role ? [draft.Role] : new[] { now.Role, draft.Role })
            if (MemberRules.CheckGrant(actor, organizationId, role) is { } denial) faults.Add("role", denial.Message);
    }

    private static void CheckLimits(FieldFaults faults, RateLimit limits)
    {
        foreach (var (field, value) in new[] { ("rpm", limits.Rpm), ("tpm", limits.Tpm), ("concurrency", limits.Concurrency) })
            faults.Require(value is null or >= 1, field, "Must be at least 1, or empty for no limit.");
    }
}
