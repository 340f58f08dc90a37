using System.Net.Sockets;
using System.Text;
using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Providers;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Federation.Providers;

/// <summary>
/// Adds, changes and removes an organization's identity providers; they count at once. Whom a changed one signed in signs in again.
/// Another token endpoint demands the secret again, so that nobody has the stored one sent to himself.
/// </summary>
public sealed class ChangeIdentityProvider(ChangeGate gate, UpstreamAddressGuard guard, SecretVault vault, PortalDatabase database, Sessions sessions, TimeProvider clock)
{
    private const int Most = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <param name="actor">An owner.</param>
    /// <param name="organizationId">Whose provider it is.</param>
    /// <param name="draft">Its settings, with the secret.</param>
    /// <param name="id">Where its redirect URI was shown before it was there; null: a new one.</param>
    /// <param name="token">Cancels it.</param>
    public Task<Outcome<IdentityProvider>> AddAsync(Actor actor, Guid organizationId, IdentityProviderDraft draft, Guid? id = null, CancellationToken token = default) =>
        gate.RunAsync<IdentityProvider>(actor, organizationId, Permission.ManageSignIn, "identity_provider.create", async scope =>
        {
            if (await CheckAsync(scope.Db, draft, null, token) is { } refusal) return refusal;
            if (await scope.Db.Set<IdentityProvider>().CountAsync(token) >= Most) return Refusal.Conflict("too_many", $"An organization has at most {Most} providers.");
            var row = new IdentityProvider { Id = id ?? Ids.New(clock), OrganizationId = organizationId, Name = "", AuthorizationEndpoint = "", TokenEndpoint = "", UserInfoEndpoint = "", ClientId = "" };
            Write(row, draft);
            scope.Db.Add(row);
            scope.Audit(new AuditNote("identity_provider.create", "identity_provider", row.Id, row.Name, After: draft with { ClientSecret = null }));
            return row;
        }, token);

    public async Task<Outcome<IdentityProvider>> ChangeAsync(
        Actor actor, Guid organizationId, Guid id, Func<IdentityProviderDraft, Outcome<IdentityProviderDraft>> overlay, CancellationToken token = default)
    {
        var outcome = await gate.RunAsync<IdentityProvider>(actor, organizationId, Permission.ManageSignIn, "identity_provider.update", async scope =>
        {
            var row = await scope.Db.Set<IdentityProvider>().SingleOrDefaultAsync(p => p.Id == id, token);
            if (row is null) return Refusal.Missing("identity provider");
            var before = IdentityProviderDraft.Of(row);
            var overlaid = overlay(before);
            if (overlaid.Refusal is { } unread) return unread;
            var draft = overlaid.Value;
            if (await CheckAsync(scope.Db, draft, row, token) is { } refusal) return refusal;
            Write(row, draft);
            scope.Audit(new AuditNote("identity_provider.update", "identity_provider", row.Id, row.Name, before, draft with { ClientSecret = null }));
            return row;
        }, token);
        if (!outcome.IsRefused) await sessions.EndOfSourceAsync(id, token);
        return outcome;
    }

    public async Task<Outcome<Guid>> RemoveAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default)
    {
        var outcome = await gate.RunAsync<Guid>(actor, organizationId, Permission.ManageSignIn, "identity_provider.delete", async scope =>
        {
            var row = await scope.Db.Set<IdentityProvider>().SingleOrDefaultAsync(p => p.Id == id, token);
            if (row is null) return Refusal.Missing("identity provider");
            scope.Db.Remove(row);
            scope.Audit(new AuditNote("identity_provider.delete", "identity_provider", row.Id, row.Name, IdentityProviderDraft.Of(row)));
            return id;
        }, token);
        if (outcome.IsRefused) return outcome;
        await sessions.EndOfSourceAsync(id, token);
        await SourceLinks.RemoveAsync(database, id, token);
        return outcome;
    }

    private void Write(IdentityProvider row, IdentityProviderDraft draft)
    {
        draft.WriteTo(row);
        if (draft.ClientSecret is { } secret) row.ClientSecretCipher = vault.Seal(Encoding.UTF8.GetBytes(secret), IdentityProvider.Context(row.OrganizationId, row.Id));
    }

    private async Task<Refusal?> CheckAsync(PortalDb db, IdentityProviderDraft draft, IdentityProvider? row, CancellationToken token)
    {
        var mayUseSecret = row?.ClientSecretCipher is not null && row.TokenEndpoint == draft.TokenEndpoint && row.UserInfoEndpoint == draft.UserInfoEndpoint && row.ClientId == draft.ClientId.Trim();
        var faults = draft.Check(mayUseSecret);
        if (!faults.Any && await db.Set<IdentityProvider>().AnyAsync(p => p.Name == draft.Name.Trim() && (row == null || p.Id != row.Id), token)) faults.Add("name", "Taken.");
        if (!faults.Any)
        {
            foreach (var (field, address) in draft.Endpoints)
            {
                if (await AddressFaultAsync(address, draft.AllowPrivate, token) is { } fault) faults.Add(field, fault);
            }
        }

        return faults.Any ? faults.ToRefusal() : null;
    }

    /// <summary>A name that does not resolve now passes: what it resolves to is checked whenever it is dialled.</summary>
    private async Task<string?> AddressFaultAsync(string address, bool allowPrivate, CancellationToken token)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        patience.CancelAfter(Patience);
        try
        {
            return await guard.RefusalAsync(new Uri(address).IdnHost, allowPrivate, patience.Token) is { } reason ? $"This address is not allowed: {reason}." : null;
        }
        catch (Exception fault) when (fault is SocketException or ArgumentException || (fault is OperationCanceledException && !token.IsCancellationRequested))
        {
            return null;
        }
    }
}
