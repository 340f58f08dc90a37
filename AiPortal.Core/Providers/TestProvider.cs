using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Providers;

/// <summary>Asks an account for its models and notes on the account how that went. The network is not waited for inside a transaction.</summary>
public sealed class TestProvider(ChangeGate gate, ProviderList providers, ProviderProbe probe, TimeProvider clock)
{
    private const int MaxError = 500;

    public Task<Outcome<ProbeResult>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        RunAsync(actor, organizationId, id, "provider.test", (_, _) => { }, token);

    /// <param name="intent">The audit action.</param>
    /// <param name="then">What else a good answer changes on the account.</param>
    internal async Task<Outcome<ProbeResult>> RunAsync(Actor actor, Guid organizationId, Guid id, string intent,
        Action<ChangeScope, (ProviderAccount Row, ProbeResult Result)> then, CancellationToken token)
    {
        ProbeResult? result = null;
        if (actor.May(Permission.ManageProviders, organizationId))
        {
            if (await providers.FindAsync(organizationId, id, token) is not { } account) return Refusal.Missing("provider");
            result = await probe.RunAsync(account, token);
        }

        return await gate.RunAsync<ProbeResult>(actor, organizationId, Permission.ManageProviders, intent, async scope =>
        {
            var row = await scope.Db.Set<ProviderAccount>().SingleOrDefaultAsync(p => p.Id == id && p.DeletedAt == null, token);
            if (row is null || result is null) return Refusal.Missing("provider");
            (row.TestedAt, row.TestOk, row.TestError) = (clock.GetUtcNow(), result.Ok, result.Error is { Length: > MaxError } error ? error[..MaxError] : result.Error);
            scope.Audit(new AuditNote(intent, "provider", row.Id, row.Name, After: new { result.Ok, result.Error }));
            if (result.Ok) then(scope, (row, result));
            return result;
        }, token);
    }
}
