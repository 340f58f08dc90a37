using System.Collections.Concurrent;
using AiPortal.Core.Data;

namespace AiPortal.Core.Routing.Health;

/// <summary>The health of all accounts on this node. It outlives snapshots; an account whose address or credential changed begins anew.</summary>
public sealed class HealthBook(LiveSignals signals, TimeProvider clock)
{
    private readonly ConcurrentDictionary<Guid, Page> _pages = new();
    private readonly ConcurrentDictionary<Guid, RetryBudget> _retries = new();

    /// <summary>The topic of <see cref="LiveSignals"/> that is raised when an account of the organization changed.</summary>
    public static string Topic(Guid organizationId) => $"health:{organizationId}";

    /// <summary>Null where the account is not known to this node.</summary>
    public AccountHealth? Of(Guid accountId) => _pages.TryGetValue(accountId, out var page) ? page.Health : null;

    public RetryBudget Retries(Guid organizationId) => _retries.GetOrAdd(organizationId, static _ => new RetryBudget());

    internal IEnumerable<(Guid AccountId, string Kind, AccountHealth Health)> All => _pages.Select(pair => (pair.Key, pair.Value.Kind, pair.Value.Health));

    /// <param name="identity">Address and credential, in any form that differs when they do; kept in memory only as its hash.</param>
    internal AccountHealth For(Guid organizationId, Guid accountId, string kind, string identity)
    {
        var hash = StringComparer.Ordinal.GetHashCode(identity);
        return _pages.AddOrUpdate(accountId, _ => New(), (_, page) => page.Identity == hash ? page : New()).Health;

        Page New()
        {
            var topic = Topic(organizationId);
            return new Page(kind, hash, new AccountHealth(clock, () => signals.Raise(topic)));
        }
    }

    /// <summary>Forgets the accounts that are no more.</summary>
    internal void Keep(IReadOnlySet<Guid> accounts)
    {
        foreach (var id in _pages.Keys)
            if (!accounts.Contains(id)) _pages.TryRemove(id, out _);
    }

    private sealed record Page(string Kind, int Identity, AccountHealth Health);
}
