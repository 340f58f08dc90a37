using System.Collections.Concurrent;
using System.Collections.Frozen;
using AiPortal.Core.Budgets;
using AiPortal.Core.Catalog;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using AiPortal.Core.Providers;
using AiPortal.Core.Routing.Health;
using AiPortal.Core.Routing.Routes;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Routing;

/// <summary>An account as the gateway uses it, its credential opened. Never logged.</summary>
public sealed class AccountSnapshot
{
    private const int MaxAddresses = 64;

    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required ProviderKind Kind { get; init; }

    /// <summary>Null for the sandbox.</summary>
    public required UpstreamRoot? Root { get; init; }

    public required string? ApiKey { get; init; }

    /// <summary>Null: all it has prices for.</summary>
    public required FrozenSet<string>? Models { get; init; }

    public required IReadOnlyDictionary<string, string> ModelMap { get; init; }

    public required int Weight { get; init; }

    public required int Priority { get; init; }

    public required bool AllowPrivate { get; init; }

    /// <summary>The environment whose keys alone it serves; null: all.</summary>
    public Guid? EnvironmentId { get; init; }

    /// <summary>What one node may send there.</summary>
    public AccountLimits Limits { get; init; }

    /// <summary>What this node has lately seen of it; the same object in all snapshots.</summary>
    public AccountHealth Health { get; init; } = new(TimeProvider.System);

    private readonly ConcurrentDictionary<string, Uri> _addresses = new(StringComparer.Ordinal);

    /// <summary>A path's address there; those of the usual few paths are kept.</summary>
    /// <param name="otherwise">Where an account without an address of its own is.</param>
    /// <param name="path">Relative.</param>
    /// <param name="model">The vendor's own name.</param>
    public Uri Address(Uri otherwise, string path, string model)
    {
        if (Root is { NamesDeployments: true }) return Root.At(path, model);
        if (_addresses.TryGetValue(path, out var known)) return known;
        var address = Root?.At(path) ?? new Uri(otherwise, path);
        if (_addresses.Count < MaxAddresses) _addresses[path] = address;
        return address;
    }

    /// <summary>Whether a key of this environment may be served by it.</summary>
    public bool IsFor(Guid? environment) => EnvironmentId is null || EnvironmentId == environment;

    /// <summary>The vendor's own name of a model.</summary>
    public string Upstream(string model) => ModelMap.GetValueOrDefault(model, model);
}

/// <summary>Whose limit it is.</summary>
public enum LimitKind { Key, User, Team, Organization }

/// <summary>Limits over a key.</summary>
/// <param name="Id">The key's, membership's, team's or organization's.</param>
public sealed record LimitedScope(LimitKind Kind, Guid Id, string Name, RateLimit Limit);

/// <summary>An organization as the gateway uses it.</summary>
public sealed class OrganizationSnapshot
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required RateLimit Limit { get; init; }

    public CacheTerms? Cache { get; init; }

    public required OrganizationCalendar Calendar { get; init; }

    public required UnpricedModelPolicy UnpricedModelPolicy { get; init; }

    /// <summary>USD per million tokens.</summary>
    public required decimal? CeilingPrice { get; init; }

    /// <summary>Null where bodies are not kept.</summary>
    public BodyPolicy? Bodies { get; init; }

    /// <summary>Enabled ones, in the order they are tried.</summary>
    public required IReadOnlyList<AccountSnapshot> Accounts { get; init; }

    /// <summary>Enabled ones, in the order they are looked at.</summary>
    public IReadOnlyList<RouteSnapshot> Routes { get; init; } = [];

    /// <summary>What its calls may spend on further attempts; the same object in all snapshots.</summary>
    public RetryBudget Retries { get; init; } = new();

    /// <summary>Null where the accounts' own priorities decide.</summary>
    public RouteSnapshot? RouteOf(string model)
    {
        foreach (var route in Routes)
            if (ModelPatterns.Matches(route.Model, model)) return route;
        return null;
    }
}

/// <summary>A key as the gateway uses it.</summary>
public sealed class KeySnapshot
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required OrganizationSnapshot Organization { get; init; }

    public required Attribution Attribution { get; init; }

    public required KeyStatus Status { get; init; }

    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Null: all.</summary>
    public required ModelPatterns? Models { get; init; }

    public required IpRules Addresses { get; init; }

    /// <summary>The limits over this key, its own among them, in the order of their ids: locks are taken in it.</summary>
    public required IReadOnlyList<LimitedScope> Limits { get; init; }

    /// <summary>Where the route has no word of its own. Null where answers are not kept.</summary>
    public CachePolicy? Cache { get; init; }

    /// <summary>What the key alone says of it.</summary>
    public CacheTerms? CacheTerms { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>Every budget over this key, the key's own first, the organization's last.</summary>
    public required IReadOnlyList<BudgetLine> Budgets { get; init; }

    /// <summary>True where a budget of the chain can refuse a call for what it costs.</summary>
    public required bool HasBlockingBudget { get; init; }
}

/// <summary>All that a call needs to know, immutable; swapped whole when something changed.</summary>
public sealed class PortalSnapshot
{
    public static PortalSnapshot Empty { get; } = new()
    {
        Keys = FrozenDictionary<KeyHash, KeyGrant>.Empty,
        Prices = PriceBook.Empty,
        Organizations = FrozenDictionary<Guid, OrganizationSnapshot>.Empty,
        BudgetLines = [],
    };

    public required FrozenDictionary<KeyHash, KeyGrant> Keys { get; init; }

    public required PriceBook Prices { get; init; }

    public required FrozenDictionary<Guid, OrganizationSnapshot> Organizations { get; init; }

    public required IReadOnlyList<BudgetLine> BudgetLines { get; init; }

    /// <summary>How many rows were malformed and left out.</summary>
    public int SkippedRows { get; init; }
}

/// <summary>What a secret opens: a key, and until when (after a regeneration the old secret has an end).</summary>
public sealed record KeyGrant(KeySnapshot Key, DateTimeOffset? Until);
