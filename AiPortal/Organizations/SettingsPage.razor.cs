using System.Globalization;
using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Organizations;
using AiPortal.Core.Tenancy;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Organizations;

/// <summary>What an organization is called, how its year runs, and what it allows and keeps.</summary>
public sealed partial class SettingsPage
{
    private static readonly string[] Shown =
        ["name", "time_zone", "currency", "fiscal_year_start", "week_start", "unpriced_model_policy", "ceiling_price", "body_retention_days", "audit_retention_days",
        "rate_limit.rpm", "rate_limit.tpm", "rate_limit.concurrency", "cache.ttl_seconds", "cache.price_share", "two_factor_roles"];

    private static readonly DayOfWeek[] WeekStarts = [DayOfWeek.Monday, DayOfWeek.Sunday, DayOfWeek.Saturday];

    private static readonly string[] Zones =
        [.. TimeZoneInfo.GetSystemTimeZones().Where(zone => zone.HasIanaId).Select(zone => zone.Id).Where(id => id == "UTC" || id.Contains('/', StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private readonly HashSet<BodyRedaction> _redactions = [];
    private readonly HashSet<Role> _demanded = [];
    private Faults _faults = Faults.None;
    private string? _unread;
    private bool _allowed = true;
    private bool _loading = true;
    private bool _saving;
    private bool _saved;
    private OrganizationDraft _shown = new("");
    private string _name = "";
    private string _zone = "";
    private string _currency = "";
    private int _month;
    private DayOfWeek _week;
    private UnpricedModelPolicy _policy;
    private string? _ceiling;
    private bool _bodies;
    private int? _auditDays;
    private int _days;
    private int? _rpm;
    private int? _tpm;
    private int? _concurrency;
    private bool _cache;
    private int? _ttl;
    private decimal? _share;

    [Inject] internal IStringLocalizer<OrganizationsText> Text { get; init; } = default!;

    [Inject] internal OrganizationList Organizations { get; init; } = default!;

    [Inject] internal ChangeOrganization Change { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _allowed = actor.May(Permission.ManageOrganization, organization);
        if (!_allowed || await Organizations.FindAsync(organization) is not { } row) return;
        Show(row);
        _loading = false;
    }

    private void Show(Organization row)
    {
        _shown = OrganizationDraft.Of(row);
        (_name, _zone, _currency, _month, _week, _policy) = (row.Name, row.TimeZone, row.Currency, row.FiscalYearStart, row.WeekStart, row.UnpricedModelPolicy);
        _ceiling = row.CeilingPrice?.ToString("0.############", CultureInfo.CurrentCulture);
        (_rpm, _tpm, _concurrency) = (row.Rpm, row.Tpm, row.Concurrency);
        (_cache, _ttl, _share) = (row.Cache?.Enabled == true, row.Cache?.TtlSeconds, row.Cache?.PriceShare * 100);
        (_bodies, _days) = (row.BodyLogging == BodyLogging.On, row.BodyRetentionDays);
        _auditDays = row.AuditRetentionDays;
        _redactions.Clear();
        _redactions.UnionWith(row.BodyRedaction);
        _demanded.Clear();
        _demanded.UnionWith(row.TwoFactorRoles);
    }

    private void Choose(BodyRedaction redaction, ChangeEventArgs change)
    {
        if (change.Value is true) _redactions.Add(redaction);
        else _redactions.Remove(redaction);
    }

    private void Demand(Role role, ChangeEventArgs change)
    {
        if (change.Value is true) _demanded.Add(role);
        else _demanded.Remove(role);
    }

    private async Task SaveAsync()
    {
        if (_saving) return;
        (_unread, _saved) = (null, false);
        decimal? ceiling = null;
        if (_policy == UnpricedModelPolicy.Ceiling && !string.IsNullOrWhiteSpace(_ceiling))
        {
            if (!decimal.TryParse(_ceiling, NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands, CultureInfo.CurrentCulture, out var price))
            {
                _unread = Text["CeilingPrice.Unread"];
                return;
            }

            ceiling = price;
        }

        _saving = true;
        var draft = _shown with
        {
            Name = _name,
            TimeZone = _zone.Trim(),
            Currency = _currency.Trim(),
            FiscalYearStart = _month,
            WeekStart = _week,
            UnpricedModelPolicy = _policy,
            CeilingPrice = ceiling,
            BodyLogging = _bodies ? BodyLogging.On : BodyLogging.Off,
            BodyRetentionDays = _days,
            AuditRetentionDays = _auditDays,
            BodyRedaction = [.. _redactions],
            TwoFactorRoles = [.. _demanded],
            Limits = new RateLimit(_rpm, _tpm, _concurrency),
            Cache = CacheTerms.OrNull(_cache ? true : null, _ttl, _share / 100, _shown.Cache?.PerKey),
        };
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Change.RunAsync(actor, organization, draft);
        _saving = false;
        _faults = Faults.Of(outcome.Refusal, Text, Shown);
        _saved = !outcome.IsRefused;
        if (_saved) Show(outcome.Value);
    }
}
