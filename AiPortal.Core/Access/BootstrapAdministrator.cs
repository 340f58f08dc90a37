using System.Security.Cryptography;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Access;

/// <summary>What a first start made. <c>GeneratedPassword</c> is null where the operator gave one.</summary>
public sealed record Bootstrapped(string Email, string? GeneratedPassword, Guid OrganizationId);

/// <summary>Makes the first administrator and his organization when the database has no user yet; resets a password from the command line.</summary>
public sealed class BootstrapAdministrator(PortalDatabase database, TenantDb tenants, IServiceScopeFactory scopes, TimeProvider clock)
{
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

    /// <summary>Null when there are users already.</summary>
    /// <exception cref="StartFault">The given password is too weak or the address is not one.</exception>
    public async Task<Bootstrapped?> EnsureAsync(string email, string? password, string organizationName, CancellationToken token = default)
    {
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<PortalUser>>();
        await using (var db = database.OpenSystem())
        {
            if (await db.Set<PortalUser>().AnyAsync(token)) return null;
        }

        var generated = password is null ? NewPassword() : null;
        var organization = new Organization { Id = Ids.New(clock), Name = organizationName };
        organization.OrganizationId = organization.Id;
        var user = new PortalUser
        {
            Id = Ids.New(clock),
            Name = "Administrator",
            Email = email,
            UserName = email,
            EmailConfirmed = true,
            IsBootstrap = true,
            MustChangePassword = false,
            HomeOrganizationId = organization.Id,
            CreatedAt = clock.GetUtcNow(),
        };
        var made = await users.CreateAsync(user, password ?? generated!);
        if (!made.Succeeded)
            throw new StartFault("Portal:Admin:Password", string.Join(" ", made.Errors.Select(e => e.Description)));

        await using var transaction = await tenants.OpenAsync(organization.Id, token);
        transaction.Db.Add(organization);
        transaction.Db.Add(new Membership { UserId = user.Id, Email = email, Name = user.Name, Role = Role.Owner });
        await transaction.Db.SaveChangesAsync(token);
        var note = new AuditNote("organization.create", "organization", organization.Id, organization.Name);
        await AuditTrail.AppendAsync(transaction, note, null, "first start", null, true, clock, token);
        await transaction.CommitAsync(token);
        return new Bootstrapped(email, generated, organization.Id);
    }

    /// <summary>A new generated password for a person, whose sessions end; null when nobody has the address.</summary>
    public async Task<string?> ResetPasswordAsync(string email, CancellationToken token = default)
    {
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<PortalUser>>();
        var user = await users.FindByEmailAsync(email);
        if (user is null) return null;
        var password = NewPassword();
        user.PasswordHash = users.PasswordHasher.HashPassword(user, password);
        user.MustChangePassword = true;
        user.LockoutEnd = null;
        user.AccessFailedCount = 0;
        await users.UpdateSecurityStampAsync(user);
        await scope.ServiceProvider.GetRequiredService<Sessions>().EndOthersAsync(user.Id, null, token);
        return password;
    }

    private static string NewPassword() => RandomNumberGenerator.GetString(Alphabet, 20);
}
