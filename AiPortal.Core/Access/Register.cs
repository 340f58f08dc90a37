using System.Net.Mail;
using AiPortal.Core.Data;
using Microsoft.AspNetCore.Identity;

namespace AiPortal.Core.Access;

/// <summary>Who may make an account without an invitation: <c>invite</c> (nobody), <c>open</c>, or addresses of one mail domain.</summary>
public sealed record RegistrationRule(string Mode)
{
    public bool Admits(MailAddress address) => Mode switch
    {
        "invite" => false,
        "open" => true,
        var domain => address.Host.Equals(domain, StringComparison.OrdinalIgnoreCase),
    };
}

/// <summary>A person makes an account; it belongs to no organization until he creates or is invited to one.</summary>
public sealed class Register(UserManager<PortalUser> users, RegistrationRule rule, TimeProvider clock)
{
    public async Task<Outcome<PortalUser>> RunAsync(string email, string name, string password)
    {
        if (!MailAddress.TryCreate(email, out var address) || address.Address != email || email.Length > 254)
            return Refusal.Field("email", "This is not a mail address.");
        if (!rule.Admits(address))
            return new Refusal(RefusalKind.Forbidden, "registration_closed", "Accounts are made by invitation here; ask an administrator for one.");
        if (name.Length is 0 or > 200 || name.Any(char.IsControl)) return Refusal.Field("name", "A name of up to 200 characters is needed.");
        var user = new PortalUser { Id = Ids.New(clock), Name = name, Email = email, UserName = email, CreatedAt = clock.GetUtcNow() };
        var made = await users.CreateAsync(user, password);
        if (made.Succeeded) return user;
        var taken = made.Errors.Any(error => error.Code.StartsWith("Duplicate", StringComparison.Ordinal));
        return taken
            ? Refusal.Field("email", "This address cannot be used.")
            : Refusal.Field("password", string.Join(" ", made.Errors.Select(error => error.Description)));
    }
}
