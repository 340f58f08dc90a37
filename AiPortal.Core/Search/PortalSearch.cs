using System.Linq.Expressions;
using AiPortal.Core.Access;
using AiPortal.Core.Billing;
using AiPortal.Core.Budgets;
using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Providers;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Search;

/// <summary>Whatever an organization has of a name, as far as its reader may see it: a few of each kind, those that begin so first.</summary>
public sealed class PortalSearch(TenantDb tenants)
{
    /// <summary>Longer texts name nothing.</summary>
    public const int MostCharacters = 100;

    private static readonly int ShownOfKey = VirtualKeyFormat.DisplayPrefix(new string('0', VirtualKeyFormat.Length)).Length - 1;

    /// <param name="actor">Who looks.</param>
    /// <param name="organizationId">Where.</param>
    /// <param name="text">Part of a name; or a call's id; or a virtual key's beginning.</param>
    /// <param name="most">Of each kind.</param>
    /// <param name="token">Ends the search.</param>
    public async Task<IReadOnlyList<SearchHit>> FindAsync(Actor actor, Guid organizationId, string text, int most = 5, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(text);
        var wanted = text.Trim();
        if (wanted.Length is 0 or > MostCharacters || wanted.Any(char.IsControl)) return [];
        return await tenants.ReadAsync<IReadOnlyList<SearchHit>>(organizationId, async db =>
        {
            var look = new Look(db, wanted, most, token);
            var hits = new List<SearchHit>();
            if (May(Permission.ViewCalls)) hits.AddRange(await look.CallsAsync());
            if (May(Permission.ViewKeys)) hits.AddRange(await look.KeysAsync());
            if (May(Permission.ViewBudgets)) hits.AddRange(await look.BudgetsAsync());
            if (May(Permission.ViewBills)) hits.AddRange(await look.BillsAsync());
            if (May(Permission.ViewStructure))
            {
                hits.AddRange(await look.PartsAsync<Team>(SearchKind.Team));
                hits.AddRange(await look.PartsAsync<Department>(SearchKind.Department));
                hits.AddRange(await look.PartsAsync<Project>(SearchKind.Project));
                hits.AddRange(await look.PartsAsync<CostCenter>(SearchKind.CostCenter));
            }

            if (May(Permission.ViewMembers)) hits.AddRange(await look.MembersAsync());
            if (May(Permission.ViewProviders)) hits.AddRange(await look.ProvidersAsync());
            if (May(Permission.ViewPrices)) hits.AddRange(await look.ModelsAsync());
            return hits;
        }, token);

        bool May(Permission permission) => actor.May(permission, organizationId);
    }

    private sealed class Look(PortalDb db, string text, int most, CancellationToken token)
    {
        private readonly string _contains = LikePattern.Contains(text);

        public async Task<IEnumerable<SearchHit>> CallsAsync()
        {
            if (!Guid.TryParse(text, out var id) || !await db.Set<CallLogRow>().AnyAsync(call => call.Id == id, token)) return [];
            return [new SearchHit(SearchKind.Call, id, id.ToString())];
        }

        public async Task<IEnumerable<SearchHit>> KeysAsync()
        {
            var keys = db.Set<ApiKey>().AsNoTracking().Where(key => key.DeletedAt == null);
            // Of a whole key that somebody pastes no more is looked at than is shown of it anyway.
            var beginning = text.StartsWith(VirtualKeyFormat.Marker, StringComparison.Ordinal) ? LikePattern.Contains(text[..Math.Min(text.Length, ShownOfKey)])[1..] : null;
            keys = beginning is null ? keys.Where(key => EF.Functions.ILike(key.Name, _contains, @"\")) : keys.Where(key => EF.Functions.Like(key.Prefix, beginning, @"\"));
            var found = await Nearest(keys, key => key.Name).Select(key => new { key.Id, key.Name, key.Prefix }).ToListAsync(token);
            return found.Select(key => new SearchHit(SearchKind.Key, key.Id, key.Name, key.Prefix));
        }

        public async Task<IEnumerable<SearchHit>> BudgetsAsync()
        {
            var budgets = db.Set<Budget>().AsNoTracking().Where(budget => EF.Functions.ILike(budget.Name, _contains, @"\"));
            return await Nearest(budgets, budget => budget.Name).Select(budget => new SearchHit(SearchKind.Budget, budget.Id, budget.Name, null)).ToListAsync(token);
        }

        public async Task<IEnumerable<SearchHit>> BillsAsync() =>
            await db.Set<Bill>().AsNoTracking()
                .Where(bill => EF.Functions.ILike(bill.Number!, _contains, @"\") || EF.Functions.ILike(bill.Period, _contains, @"\") || EF.Functions.ILike(bill.ScopeName, _contains, @"\"))
                .OrderByDescending(bill => bill.Period).ThenByDescending(bill => bill.Id).Take(most)
                .Select(bill => new SearchHit(SearchKind.Bill, bill.Id, bill.Number ?? bill.Period, bill.ScopeName)).ToListAsync(token);

        public async Task<IEnumerable<SearchHit>> PartsAsync<TRow>(SearchKind kind) where TRow : StructureRow
        {
            var rows = db.Set<TRow>().AsNoTracking().Where(row => row.DeletedAt == null && EF.Functions.ILike(row.Name, _contains, @"\"));
            return await Nearest(rows, row => row.Name).Select(row => new SearchHit(kind, row.Id, row.Name, null)).ToListAsync(token);
        }

        public async Task<IEnumerable<SearchHit>> MembersAsync()
        {
            var members = db.Set<Membership>().AsNoTracking().Where(member => EF.Functions.ILike(member.Name, _contains, @"\") || EF.Functions.ILike(member.Email, _contains, @"\"));
            return await Nearest(members, member => member.Name).Select(member => new SearchHit(SearchKind.Member, member.Id, member.Name, member.Email)).ToListAsync(token);
        }

        public async Task<IEnumerable<SearchHit>> ProvidersAsync()
        {
            var accounts = db.Set<ProviderAccount>().AsNoTracking().Where(account => account.DeletedAt == null && EF.Functions.ILike(account.Name, _contains, @"\"));
            return await Nearest(accounts, account => account.Name).Select(account => new SearchHit(SearchKind.Provider, account.Id, account.Name, account.Kind)).ToListAsync(token);
        }

        public async Task<IEnumerable<SearchHit>> ModelsAsync()
        {
            var names = await db.Set<PriceRow>().AsNoTracking().Where(price => EF.Functions.ILike(price.ModelName, _contains, @"\"))
                .Select(price => price.ModelName).Distinct().OrderBy(name => name.Length).ThenBy(name => name).Take(most).ToListAsync(token);
            return names.Select(name => new SearchHit(SearchKind.Model, Guid.Empty, name));
        }

        /// <summary>Names that begin with the text come first, then the shorter ones: the closer to what was typed.</summary>
        private IQueryable<TRow> Nearest<TRow>(IQueryable<TRow> rows, Expression<Func<TRow, string>> name)
        {
            var begins = _contains[1..];
            var row = name.Parameters[0];
            var like = Expression.Call(typeof(NpgsqlDbFunctionsExtensions), nameof(NpgsqlDbFunctionsExtensions.ILike), null,
                Expression.Constant(EF.Functions), name.Body, Expression.Property(Expression.Constant(new { begins }), "begins"), Expression.Constant(@"\"));
            var length = Expression.Lambda<Func<TRow, int>>(Expression.Property(name.Body, nameof(string.Length)), row);
            return rows.OrderByDescending(Expression.Lambda<Func<TRow, bool>>(like, row)).ThenBy(length).ThenBy(name).Take(most);
        }
    }
}
