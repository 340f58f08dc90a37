using System.Collections.Frozen;
using System.Text;
using AiPortal.Core.Budgets;
using AiPortal.Core.Catalog;
using AiPortal.Core.Catalog.Contracts;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Keys;
using AiPortal.Core.Money;
using AiPortal.Core.Providers;
using AiPortal.Core.Routing.Health;
using AiPortal.Core.Routing.Routes;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace AiPortal.Core.Routing;

/// <summary>Reads the whole configuration in one consistent view of the database. A row that cannot be used is left out and told about.</summary>
public sealed class SnapshotLoader(PortalDatabase database, SecretVault vault, HealthBook health, ILogger<SnapshotLoader> logger)
{
    private SkippedRows _skipped = new(logger, null);

    /// <summary>Also gives what each budget has used in the periods now running.</summary>
    public async Task<(PortalSnapshot Snapshot, IReadOnlyList<BudgetSeed> Seeds)> LoadAsync(DateTimeOffset now, CancellationToken token)
    {
        var skipped = new SkippedRows(logger, _skipped);
        await using var db = database.OpenSystem();
        await using var transaction = await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, token);
        var accounts = (await db.Set<ProviderAccount>().AsNoTracking().Where(p => p.Enabled && p.DeletedAt == null).ToListAsync(token))
            .OrderBy(p => p.Priority).ThenByDescending(p => p.Weight).ThenBy(p => p.Id).ToLookup(p => p.OrganizationId);
        health.Keep(accounts.SelectMany(its => its).Select(account => account.Id).ToHashSet());
        var routes = (await db.Set<ModelRoute>().AsNoTracking().Where(route => route.Enabled).ToListAsync(token))
            .OrderBy(route => route.Position).ThenBy(route => route.Id).ToLookup(route => route.OrganizationId);
        var organizations = (await db.Set<Organization>().AsNoTracking().ToListAsync(token))
            .Select(o => skipped.Keep("organization", o.Id, () => Organization(o, accounts[o.Id], routes[o.Id], skipped)))
            .OfType<OrganizationSnapshot>().ToFrozenDictionary(o => o.Id);
        var prices = PriceBook.Create((await db.Set<PriceRow>().AsNoTracking().ToListAsync(token)).Select(PriceOfRow.Of),
            await db.Set<PriceDiscount>().AsNoTracking().ToListAsync(token));
        var lines = (await db.Set<Budget>().AsNoTracking().ToListAsync(token)).SelectMany(BudgetLine.Of).ToList();
        var seeds = await SeedsAsync(db, now, token);
        var keys = await KeysAsync(db, organizations, lines, skipped, now, token);
        _skipped = skipped;
        var snapshot = new PortalSnapshot { Keys = keys, Prices = prices, Organizations = organizations, BudgetLines = lines, SkippedRows = skipped.Count };
        return (snapshot, seeds);
    }

    private static async Task<List<BudgetSeed>> SeedsAsync(PortalDb db, DateTimeOffset now, CancellationToken token)
    {
        var amounts = await db.Set<BudgetAmount>().AsNoTracking().Where(a => a.PeriodEnd > now.AddHours(-2)).ToListAsync(token);
        return amounts.ConvertAll(a => new BudgetSeed(new BudgetCellKey(a.BudgetId, a.PeriodType, a.PeriodStart), a.Spent, a.Unknown, a.Version));
    }

    private static async Task<FrozenDictionary<KeyHash, KeyGrant>> KeysAsync(
        PortalDb db, FrozenDictionary<Guid, OrganizationSnapshot> organizations, List<BudgetLine> lines, SkippedRows skipped, DateTimeOffset now, CancellationToken token)
    {
        var scopes = new ScopesOfKeys(
            await db.Set<Team>().AsNoTracking().ToDictionaryAsync(t => t.Id, token),
            await db.Set<Membership>().AsNoTracking().ToDictionaryAsync(m => (m.OrganizationId, m.UserId), token),
            new BudgetChains(lines));
        var grants = new Dictionary<KeyHash, KeyGrant>();
        await foreach (var key in db.Set<ApiKey>().AsNoTracking().Where(k => k.DeletedAt == null).AsAsyncEnumerable().WithCancellation(token))
        {
            // Without its organization a key opens nothing.
            if (!organizations.TryGetValue(key.OrganizationId, out var organization)) continue;
            foreach (var (hash, grant) in skipped.Keep("key", key.Id, () => Grants(key, KeySnapshots.Make(key, organization, scopes), now)) ?? [])
                grants[hash] = grant;
        }

        return grants.ToFrozenDictionary();
    }

    private static List<(KeyHash, KeyGrant)> Grants(ApiKey key, KeySnapshot snapshot, DateTimeOffset now)
    {
        var grants = new List<(KeyHash, KeyGrant)> { (KeyHash.From(key.KeyHash), new KeyGrant(snapshot, null)) };
        if (key.PreviousHash is { } previous && key.PreviousValidUntil > now) grants.Add((KeyHash.From(previous), new KeyGrant(snapshot, key.PreviousValidUntil)));
        return grants;
    }

    private OrganizationSnapshot Organization(Organization row, IEnumerable<ProviderAccount> providers, IEnumerable<ModelRoute> routes, SkippedRows skipped)
    {
        AccountSnapshot[] accounts = [.. providers.Select(account => skipped.Keep("provider account", account.Id, () => Account(account))).OfType<AccountSnapshot>()];
        return new OrganizationSnapshot
        {
            Id = row.Id,
            Name = row.Name,
            Limit = RateLimit.Of(row),
            Cache = row.Cache,
            Calendar = OrganizationCalendar.Of(row.TimeZone, row.FiscalYearStart, row.WeekStart),
            UnpricedModelPolicy = row.UnpricedModelPolicy,
            CeilingPrice = row.CeilingPrice,
            Bodies = BodyPolicy.Of(row),
            Accounts = accounts,
            Routes = [.. routes.Select(route => skipped.Keep("route", route.Id, () => RouteSnapshot.Make(route, accounts))).OfType<RouteSnapshot>()],
            Retries = health.Retries(row.Id),
        };
    }

    /// <summary>Null for an account that nothing here can serve.</summary>
    private AccountSnapshot? Account(ProviderAccount row)
    {
        if (ProviderKinds.Find(row.Kind) is not { Served: true } kind) return null;
        var address = row.BaseUrl ?? kind.BaseUrl;
        if (address is null && kind.Dialect != ProviderDialect.Sandbox) return null;
        // As when it was saved: a row may be older than a rule.
        if (address is not null && UpstreamAddress.FaultOf(address, row.Kind) is { } fault) throw new FormatException(fault);
        var secret = row.ApiKeyCipher is { } cipher ? Encoding.UTF8.GetString(vault.Open(cipher, ProviderSecret.Context(row))) : null;
        return new AccountSnapshot
        {
            Id = row.Id,
            Name = row.Name,
            Kind = kind,
            Root = address is null ? null : kind.Root(address),
            ApiKey = secret,
            Models = row.Models?.ToFrozenSet(StringComparer.Ordinal),
            ModelMap = row.ModelMap,
            Weight = row.Weight,
            Priority = row.Priority,
            AllowPrivate = row.AllowPrivate,
            EnvironmentId = row.EnvironmentId,
            Limits = new AccountLimits(row.Rpm, row.Tpm, row.Concurrency),
            Health = health.For(row.OrganizationId, row.Id, kind.Kind, $"{kind.Kind} {address} {row.AllowPrivate} {secret}"),
        };
    }
}
