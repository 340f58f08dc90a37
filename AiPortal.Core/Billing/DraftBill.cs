using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Money;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Billing;

/// <summary>What a new bill is asked to be.</summary>
public sealed record BillDraft
{
    /// <summary><c>2026-10</c>, in the organization's zone.</summary>
    public string? Period { get; init; }

    public BillScope Scope { get; init; }

    /// <summary>Null only for the whole organization.</summary>
    public Guid? ScopeId { get; init; }

    /// <summary>ISO 4217; null takes the organization's.</summary>
    public string? Currency { get; init; }

    /// <summary>Units of the currency for one USD; null only for USD.</summary>
    public decimal? ExchangeRate { get; init; }
}

/// <summary>Opens a draft for one scope and month; the next sequence after the finalized ones.</summary>
public sealed class DraftBill(ChangeGate gate, TimeProvider clock)
{
    /// <summary>Before the first position, also where the ledger is still empty: else a second bill would begin where the first did.</summary>
    internal const long Beginning = -1;

    private const decimal HighestRate = 1_000_000m;
    private const int RateDecimals = 8;

    public Task<Outcome<Bill>> RunAsync(Actor actor, Guid organizationId, BillDraft draft, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(draft);
        return gate.RunAsync<Bill>(actor, organizationId, Permission.ManageBills, "bill.create", async scope =>
        {
            var organization = await scope.Db.Set<Organization>().FirstAsync(o => o.Id == organizationId, token);
            var currency = draft.Currency ?? organization.Currency;
            var rate = draft.ExchangeRate ?? (currency == "USD" ? 1m : null);
            if (Faults(draft, organization, currency, rate, out var period) is { } faults) return faults;
            if (await ScopeNameAsync(scope.Db, draft, organization, token) is not { } name) return Refusal.Missing(Word(draft.Scope));

            var scopeId = draft.ScopeId ?? organizationId;
            var earlier = await scope.Db.Set<Bill>().Where(b => b.ScopeType == draft.Scope && b.ScopeId == scopeId && b.Period == draft.Period)
                .OrderByDescending(b => b.Sequence).FirstOrDefaultAsync(token);
            if (earlier?.Status == BillStatus.Draft)
                return Refusal.Conflict("draft_exists", $"There is already a draft of this scope for {draft.Period}: {earlier.Id}.");
            period = earlier is null ? await TileAsync(scope.Db, draft, scopeId, period, token) : new Period(earlier.PeriodStart, earlier.PeriodEnd);

            var bill = new Bill
            {
                Id = Ids.New(clock),
                OrganizationId = organizationId,
                Period = draft.Period!,
                PeriodStart = period.Start,
                PeriodEnd = period.End,
                ScopeType = draft.Scope,
                ScopeId = scopeId,
                ScopeName = name,
                Sequence = (earlier?.Sequence ?? 0) + 1,
                CutoffFrom = earlier?.Cutoff ?? Beginning,
                Currency = currency,
                ExchangeRate = rate!.Value,
                TimeZone = earlier?.TimeZone ?? organization.TimeZone,
            };
            scope.Db.Add(bill);
            try
            {
                await scope.Db.SaveChangesAsync(token);
            }
            catch (DbUpdateException fault) when (fault.InnerException is Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.UniqueViolation })
            {
                return Refusal.Conflict("draft_exists", $"Somebody else just opened a draft of this scope for {draft.Period}.");
            }

            scope.Audit(new AuditNote("bill.create", "bill", bill.Id, $"{bill.Period} {bill.ScopeName}", null,
                new { bill.Period, bill.ScopeType, bill.ScopeName, bill.Sequence, bill.Currency, bill.ExchangeRate }));
            return bill;
        }, token);
    }

    private Refusal? Faults(BillDraft draft, Organization organization, string currency, decimal? rate, out Period period)
    {
        var errors = new Dictionary<string, string[]>();
        if (!BillMonth.TryParse(draft.Period, OrganizationCalendar.Of(organization.TimeZone, organization.FiscalYearStart, organization.WeekStart), out period))
            errors["period"] = ["A month such as 2026-10."];
        else if (period.Start > clock.GetUtcNow())
            errors["period"] = ["This month has not begun."];
        if (currency.Length != 3 || !currency.All(char.IsAsciiLetterUpper))
            errors["currency"] = ["A currency code of three capital letters, such as EUR."];
        else if (currency == "USD" && rate != 1m)
            errors["exchange_rate"] = ["The ledger is in USD, so a bill in USD has the rate 1."];
        else if (rate is null)
            errors["exchange_rate"] = [$"How many {currency} one USD is; the ledger is in USD."];
        else if (rate <= 0 || rate > HighestRate || decimal.Round(rate.Value, RateDecimals) != rate)
            errors["exchange_rate"] = ["Above 0, at most 1,000,000, with at most eight decimals."];
        if (draft.Scope != BillScope.Organization && draft.ScopeId is null)
            errors["scope"] = [$"Which {Word(draft.Scope)}."];
        return errors.Count == 0 ? null : new Refusal(RefusalKind.Invalid, "invalid_field", errors.Values.First()[0], errors);
    }

    // An organization that changes its zone moves the edges of its months; a call at such an edge is on one bill all the same.
    private static async Task<Period> TileAsync(PortalDb db, BillDraft draft, Guid scopeId, Period period, CancellationToken token)
    {
        var edges = await db.Set<Bill>().Where(b => b.ScopeType == draft.Scope && b.ScopeId == scopeId && b.Period != draft.Period
                && b.PeriodStart < period.End && b.PeriodEnd > period.Start)
            .Select(b => new { b.PeriodStart, b.PeriodEnd, Before = b.Period.CompareTo(draft.Period) < 0 }).ToListAsync(token);
        foreach (var edge in edges) period = edge.Before ? period with { Start = edge.PeriodEnd } : period with { End = edge.PeriodStart };
        return period;
    }

    private static async Task<string?> ScopeNameAsync(PortalDb db, BillDraft draft, Organization organization, CancellationToken token) => draft.Scope switch
    {
        BillScope.Organization => draft.ScopeId is null || draft.ScopeId == organization.Id ? organization.Name : null,
        BillScope.CostCenter => await NameAsync(db.Set<CostCenter>(), draft.ScopeId, token),
        BillScope.Team => await NameAsync(db.Set<Team>(), draft.ScopeId, token),
        BillScope.Project => await NameAsync(db.Set<Project>(), draft.ScopeId, token),
    };

    // A deleted team still has its last month to bill.
    private static Task<string?> NameAsync<T>(DbSet<T> rows, Guid? id, CancellationToken token) where T : StructureRow =>
        rows.Where(row => row.Id == id).Select(row => row.Name).FirstOrDefaultAsync(token);

    private static string Word(BillScope scope) => EnumWord.Of(scope).Replace('_', ' ');
}
