using AiPortal.Core.Access;
using AiPortal.Core.Data;
using Microsoft.AspNetCore.Identity;

namespace AiPortal.Core.Organizations;

/// <summary>People whom the portal did not know before.</summary>
internal static class NewPeople
{
    /// <param name="users">Normalizes addresses and hashes passwords.</param>
    /// <param name="draft">What is known of him.</param>
    /// <param name="password">Null: he chooses one by his invitation.</param>
    /// <param name="organizationId">Whose he is first.</param>
    /// <param name="clock">Now.</param>
    public static PortalUser Make(UserManager<PortalUser> users, MemberDraft draft, string? password, Guid organizationId, TimeProvider clock)
    {
        var person = new PortalUser
        {
            Id = Ids.New(clock),
            Name = draft.Name.Trim(),
            Email = draft.Email,
            UserName = draft.Email,
            NormalizedEmail = users.NormalizeEmail(draft.Email),
            NormalizedUserName = users.NormalizeName(draft.Email),
            SecurityStamp = OpaqueToken.Create("").Text,
            LockoutEnabled = true,
            HomeOrganizationId = organizationId,
            CreatedAt = clock.GetUtcNow(),
        };
        if (password is not null) person.PasswordHash = users.PasswordHasher.HashPassword(person, password);
        return person;
    }
}
