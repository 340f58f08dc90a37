using System.Text;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Federation.Providers;

/// <summary>A provider with its secret in clear, for the moment of a sign-in.</summary>
public sealed record OpenProvider(IdentityProvider Row, string ClientSecret);

/// <summary>A button of the sign-in page.</summary>
public sealed record ProviderButton(Guid Id, string Name);

/// <summary>Identity providers as they are set now.</summary>
public sealed class IdentityProviders(TenantDb tenants, PortalDatabase database, SecretVault vault)
{
    public Task<List<IdentityProvider>> ListAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => db.Set<IdentityProvider>().AsNoTracking().OrderBy(p => p.Name).ToListAsync(token), token);

    public Task<IdentityProvider?> FindAsync(Guid organizationId, Guid id, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => db.Set<IdentityProvider>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, token), token);

    /// <summary>Null where it is off or gone.</summary>
    public async Task<OpenProvider?> OpenAsync(Guid id, CancellationToken token = default)
    {
        await using var db = database.OpenSystem();
        var row = await db.Set<IdentityProvider>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id && p.Enabled, token);
        return row?.ClientSecretCipher is { } box ? new OpenProvider(row, Encoding.UTF8.GetString(vault.Open(box, IdentityProvider.Context(row.OrganizationId, row.Id)))) : null;
    }

    /// <summary>
    /// The buttons of the sign-in page: those of the organization that its link names, else of the only one there is. Where there are
    /// several, none puts its button before the people of another.
    /// </summary>
    public async Task<IReadOnlyList<ProviderButton>> ButtonsAsync(Guid? organizationId, CancellationToken token = default)
    {
        await using var db = database.OpenSystem();
        if (organizationId is null)
        {
            var all = await db.Set<Organization>().AsNoTracking().Where(o => !o.IsDemo).Select(o => o.Id).Take(2).ToListAsync(token);
            if (all is not [var only]) return [];
            organizationId = only;
        }

        return await db.Set<IdentityProvider>().AsNoTracking().Where(p => p.OrganizationId == organizationId && p.Enabled).OrderBy(p => p.Name)
            .Select(p => new ProviderButton(p.Id, p.Name)).ToListAsync(token);
    }
}
