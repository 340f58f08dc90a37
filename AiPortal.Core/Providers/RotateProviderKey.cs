using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Providers;

/// <summary>
/// Puts a new credential in the place of the one that stands, after the vendor has answered to it. The old one is kept, sealed, to go
/// back to until it is retired (<see cref="RetireProviderKey"/>); calls under way end with it.
/// </summary>
public sealed class RotateProviderKey(ChangeGate gate, ProviderList providers, ProviderProbe probe, ProviderCredential credentials, TimeProvider clock)
{
    /// <param name="actor">Who does it.</param>
    /// <param name="organizationId">Where.</param>
    /// <param name="id">The account.</param>
    /// <param name="secret">The new credential.</param>
    /// <param name="expiresAt">When the vendor ends it; null: it does not say.</param>
    /// <param name="token">Ends it.</param>
    public async Task<Outcome<ProviderAccount>> RunAsync(Actor actor, Guid organizationId, Guid id, string secret, DateTimeOffset? expiresAt, CancellationToken token = default)
    {
        ProbeResult? result = null;
        string? address = null;
        if (actor.May(Permission.ManageProviders, organizationId))
        {
            if (await providers.FindAsync(organizationId, id, token) is not { } account) return Refusal.Missing("provider");
            if (!ProviderDraft.IsSecret(secret)) return Refusal.Field("api_key", "Must be visible ASCII characters.");
            if (account.Kind == ProviderKinds.Sandbox) return Refusal.Field("api_key", "The sandbox is in this process: it has no key.");
            address = account.BaseUrl;
            result = await probe.RunAsync(credentials.With(account, secret), token);
            if (!result.Ok) return Refusal.Conflict("key_refused", $"Nothing was changed, as the new key does not work: {result.Error}");
        }

        return await gate.RunAsync<ProviderAccount>(actor, organizationId, Permission.ManageProviders, "provider.rotate_key", async scope =>
        {
            var row = await scope.Db.Set<ProviderAccount>().SingleOrDefaultAsync(p => p.Id == id && p.DeletedAt == null, token);
            if (row is null || result is null) return Refusal.Missing("provider");
            // Probed at one address, it must not be sent to another.
            if (row.BaseUrl != address) return Refusal.Conflict("changed_meanwhile", "The account's address was changed meanwhile. Try again.");
            var before = ProviderNote.Of(row);
            var (cipher, hint) = (row.ApiKeyCipher, row.ApiKeyHint);
            credentials.Write(row, new CredentialChange(secret));
            (row.PreviousKeyCipher, row.PreviousKeyHint, row.RotatedAt) = (cipher, hint, clock.GetUtcNow());
            row.ApiKeyExpiresAt = expiresAt?.ToUniversalTime();
            (row.TestedAt, row.TestOk, row.TestError) = (clock.GetUtcNow(), true, null);
            scope.Audit(new AuditNote("provider.rotate_key", "provider", row.Id, row.Name, before, ProviderNote.Of(row)));
            scope.RefreshGateway();
            return row;
        }, token);
    }
}

/// <summary>Forgets the credential before the last rotation. The vendor should be told to end it too.</summary>
public sealed class RetireProviderKey(ChangeGate gate)
{
    public Task<Outcome<ProviderAccount>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        gate.RunAsync<ProviderAccount>(actor, organizationId, Permission.ManageProviders, "provider.retire_key", async scope =>
        {
            var row = await scope.Db.Set<ProviderAccount>().SingleOrDefaultAsync(p => p.Id == id && p.DeletedAt == null, token);
            if (row is null) return Refusal.Missing("provider");
            if (row.PreviousKeyCipher is null) return Refusal.Conflict("no_previous_key", "There is no former key to retire.");
            scope.Audit(new AuditNote("provider.retire_key", "provider", row.Id, row.Name, new { row.PreviousKeyHint }));
            (row.PreviousKeyCipher, row.PreviousKeyHint) = (null, null);
            return row;
        }, token);
}

/// <summary>Goes back to the credential before the last rotation; the one that stood takes its place.</summary>
public sealed class RestoreProviderKey(ChangeGate gate, TimeProvider clock)
{
    public Task<Outcome<ProviderAccount>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        gate.RunAsync<ProviderAccount>(actor, organizationId, Permission.ManageProviders, "provider.restore_key", async scope =>
        {
            var row = await scope.Db.Set<ProviderAccount>().SingleOrDefaultAsync(p => p.Id == id && p.DeletedAt == null, token);
            if (row is null) return Refusal.Missing("provider");
            if (row.PreviousKeyCipher is null) return Refusal.Conflict("no_previous_key", "There is no former key to go back to.");
            var before = ProviderNote.Of(row);
            (row.ApiKeyCipher, row.ApiKeyHint, row.PreviousKeyCipher, row.PreviousKeyHint) = (row.PreviousKeyCipher, row.PreviousKeyHint, row.ApiKeyCipher, row.ApiKeyHint);
            (row.RotatedAt, row.ApiKeyExpiresAt) = (clock.GetUtcNow(), null);
            scope.Audit(new AuditNote("provider.restore_key", "provider", row.Id, row.Name, before, ProviderNote.Of(row)));
            scope.RefreshGateway();
            return row;
        }, token);
}
