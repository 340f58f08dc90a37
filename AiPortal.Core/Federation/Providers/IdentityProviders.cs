using System.Text;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Tenancy;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Federation.Providers;

/// <summary>A provider with its secret in clear, for the moment of a sign-in.</summary>
public sealed record OpenProvider(IdentityProvider Row, string ClientSecret);

/// <summary>A button of the sign-in page.</summary>
public sealed record ProviderButton(Guid Id, string Name);

/// <summary>How many people a provider knows here, and when it last signed one in (UTC; null: not within the life of a session).</summary>
public sealed record ProviderUse(int People, DateTimeOffset? LastAt);

/// <summary>Identity providers as they are set now.</summary>
public sealed class IdentityProviders(TenantDb tenants, PortalDatabase database, SecretVault vault)
{
    public Task<List<IdentityProvider>> ListAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => db.Set<IdentityProvider>().AsNoTracking().OrderBy(p => p.Name).ToListAsync(token), token);

    public Task<IdentityProvider?> FindAsync(Guid organizationId, Guid id, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => db.Set<IdentityProvider>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, token), token);

    /// <summary>By id; what nobody has used is missing.</summary>
    public async Task<IReadOnlyDictionary<Guid, ProviderUse>> UseAsync(IReadOnlyList<IdentityProvider> rows, CancellationToken token = default)
    {
        var keys = rows.Select(row => AdmitPerson.Key(row.Id)).ToArray();
        var ids = rows.Select(row => (Guid?)row.Id).ToArray();
        await using var db = database.OpenSystem();
        var people = await db.Set<IdentityUserLogin<Guid>>().Where(l => keys.Contains(l.LoginProvider)).GroupBy(l => l.LoginProvider)
            .Select(group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(line => Guid.Parse(line.Key), line => line.Count, token);
        var last = await db.Set<Session>().Where(s => ids.Contains(s.SourceId)).GroupBy(s => s.SourceId!.Value)
            .Select(group => new { group.Key, At = group.Max(s => s.CreatedAt) }).ToDictionaryAsync(line => line.Key, line => (DateTimeOffset?)line.At, token);
        return people.ToDictionary(pair => pair.Key, pair => new ProviderUse(pair.Value, last.GetValueOrDefault(pair.Key)));
    }

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
