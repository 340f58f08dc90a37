using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Organizations;

/// <summary>What may be said of an organization. <c>CeilingPrice</c> is USD per million tokens.</summary>
public sealed record OrganizationDraft(
    string Name,
    string TimeZone = "UTC",
    string Currency = "USD",
    int FiscalYearStart = 1,
    UnpricedModelPolicy UnpricedModelPolicy = UnpricedModelPolicy.Block,
    decimal? CeilingPrice = null)
{
    /// <summary>The first day of a week.</summary>
    public DayOfWeek WeekStart { get; init; } = DayOfWeek.Monday;

    public BodyLogging BodyLogging { get; init; }

    /// <summary>Shorter counts for what is already kept, too; longer only for what comes.</summary>
    public int BodyRetentionDays { get; init; } = BodyPolicy.StandardDays;

    public IReadOnlyList<BodyRedaction> BodyRedaction { get; init; } = BodyPolicy.AllRedactions;

    /// <summary>Null: audit events are kept for ever.</summary>
    public int? AuditRetentionDays { get; init; }

    public RateLimit Limits { get; init; } = RateLimit.None;

    /// <summary>Roles whose holders must use two-factor.</summary>
    public IReadOnlyList<Role> TwoFactorRoles { get; init; } = [];

    /// <summary>For keys that say nothing of their own.</summary>
    public CacheTerms? Cache { get; init; }

    public static OrganizationDraft Of(Organization row) =>
        new(row.Name, row.TimeZone, row.Currency, row.FiscalYearStart, row.UnpricedModelPolicy, row.CeilingPrice)
        {
            WeekStart = row.WeekStart,
            BodyLogging = row.BodyLogging,
            BodyRetentionDays = row.BodyRetentionDays,
            BodyRedaction = row.BodyRedaction,
            AuditRetentionDays = row.AuditRetentionDays,
            Limits = RateLimit.Of(row),
            TwoFactorRoles = row.TwoFactorRoles,
            Cache = row.Cache,
        };

    /// <summary>Null where nothing is wrong.</summary>
    public Refusal? Check()
    {
        var faults = new FieldFaults();
        faults.RequireText(Name, "name");
        faults.Require(IsIanaZone(TimeZone), "time_zone", "Must be an IANA time zone, as Europe/Berlin.");
        faults.Require(Currency.Length == 3 && Currency.All(char.IsAsciiLetterUpper), "currency", "Must be an ISO 4217 code, as USD.");
        faults.Require(FiscalYearStart is >= 1 and <= 12, "fiscal_year_start", "Must be a month from 1 to 12.");
        faults.Require(WeekStart is DayOfWeek.Monday or DayOfWeek.Sunday or DayOfWeek.Saturday, "week_start", "Must be one of monday, sunday, saturday.");
        if (CeilingPrice is null)
            faults.Require(UnpricedModelPolicy != UnpricedModelPolicy.Ceiling, "ceiling_price", "The policy ceiling needs a price, in USD per million tokens.");
        else
            faults.Require(CeilingPrice is > 0 and < 1_000_000, "ceiling_price", "Must be above 0 and below 1000000.");
        faults.Require(BodyRetentionDays is >= 1 and <= BodyPolicy.LongestDays, "body_retention_days", "Must be a number of days from 1 to 365.");
        faults.Require(AuditRetentionDays is null or (>= AuditRetention.LeastDays and <= AuditRetention.MostDays), "audit_retention_days", "Must be a number of days from 365 to 3650, or null to keep them for ever.");
        faults.Require(BodyRedaction.Distinct().Count() == BodyRedaction.Count, "body_redaction", "Names a redaction twice.");
        faults.Require(TwoFactorRoles.Distinct().Count() == TwoFactorRoles.Count, "two_factor_roles", "Names a role twice.");
        faults.Require(!TwoFactorRoles.Contains(Role.Service), "two_factor_roles", "Service tokens have no second factor.");
        Limits.Check(faults);
        Cache?.Check(faults);
        return faults.Any ? faults.ToRefusal() : null;
    }

    internal void ApplyTo(Organization row)
    {
        row.Name = Name.Trim();
        row.TimeZone = TimeZone;
        row.Currency = Currency;
        row.FiscalYearStart = FiscalYearStart;
        row.UnpricedModelPolicy = UnpricedModelPolicy;
        row.CeilingPrice = CeilingPrice;
        row.WeekStart = WeekStart;
        row.BodyLogging = BodyLogging;
        row.BodyRetentionDays = BodyRetentionDays;
        row.BodyRedaction = [.. BodyRedaction.Order()];
        row.AuditRetentionDays = AuditRetentionDays;
        row.TwoFactorRoles = [.. TwoFactorRoles.Order()];
        Limits.WriteTo(row);
        row.Cache = Cache;
    }

    // Windows names are found too, but PostgreSQL and browsers do not know them.
    private static bool IsIanaZone(string name) =>
        name.Length is > 0 and <= 64 && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId && zone.Id == name;
}
