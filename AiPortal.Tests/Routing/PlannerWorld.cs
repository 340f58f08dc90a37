using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using AiPortal.Core.Catalog;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using AiPortal.Core.Providers;
using AiPortal.Core.Routing;
using AiPortal.Core.Routing.Health;
using AiPortal.Core.Routing.Routes;
using AiPortal.Core.Tenancy;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Routing;

/// <summary>A configuration made by hand, for plans of one key; every model has a price at every account unless said otherwise.</summary>
internal sealed class PlannerWorld
{
    public const string Model = "m";
    private static readonly Guid Organization = Guid.Parse("01997a5e-6c00-7d3b-9c55-2f6a8b1c4d01");
    private readonly List<AccountSnapshot> _accounts = [];
    private readonly List<RouteSnapshot> _routes = [];
    private readonly List<Price> _prices = [];

    public HandClock Clock { get; } = new();

    public ModelPatterns? KeyModels { get; set; }

    /// <summary>The key's.</summary>
    public Guid? Environment { get; set; }

    public AccountSnapshot Add(string name, int priority = 0, int weight = 1, decimal? price = 1, string[]? models = null, Dictionary<string, string>? map = null,
        AccountLimits limits = default, Guid? environment = null)
    {
        var account = new AccountSnapshot
        {
            Id = new Guid(_accounts.Count + 1, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]),
            Name = name,
            Kind = ProviderKinds.Find("openai-compatible")!,
            Root = new UpstreamRoot(new Uri("http://127.0.0.1:9/v1/")),
            ApiKey = null,
            Models = (models ?? [Model, "other"]).ToFrozenSet(),
            ModelMap = map ?? [],
            Weight = weight,
            Priority = priority,
            AllowPrivate = true,
            EnvironmentId = environment,
            Limits = limits,
            Health = new AccountHealth(Clock),
        };
        _accounts.Add(account);
        foreach (var model in (models ?? [Model, "other"]).Concat(map?.Values ?? Enumerable.Empty<string>()).Distinct())
            if (price is { } amount) _prices.Add(PriceAt(account, model, amount));
        return account;
    }

    public void Route(RouteStrategy strategy, string pattern = Model, int maxAttempts = 4, params TargetSnapshot[] targets) => _routes.Add(new RouteSnapshot
    {
        Id = Guid.CreateVersion7(Clock.GetUtcNow()),
        Name = strategy.ToString(),
        Model = pattern,
        Strategy = strategy,
        Targets = targets,
        MaxAttempts = maxAttempts,
        Timeout = TimeSpan.FromMinutes(10),
    });

    public AttemptPlan Plan(string model = Model, ulong chance = 1, string? body = null, List<SkippedAttempt>? skipped = null)
    {
        var organization = new OrganizationSnapshot
        {
            Id = Organization,
            Name = "o",
            Limit = default!,
            Calendar = OrganizationCalendar.Of("UTC", 1, DayOfWeek.Monday),
            UnpricedModelPolicy = UnpricedModelPolicy.Block,
            CeilingPrice = null,
            Accounts = [.. _accounts.OrderBy(a => a.Priority).ThenByDescending(a => a.Weight)],
            Routes = _routes,
        };
        var key = new KeySnapshot
        {
            Id = Organization,
            Name = "k",
            Organization = organization,
            Attribution = new Attribution(Organization, EnvironmentId: Environment),
            Status = KeyStatus.Active,
            ExpiresAt = null,
            Models = KeyModels,
            Addresses = IpRules.Any,
            Limits = [],
            Tags = new Dictionary<string, string>(),
            Budgets = [],
            HasBlockingBudget = false,
        };
        var snapshot = new PortalSnapshot
        {
            Keys = FrozenDictionary<KeyHash, KeyGrant>.Empty,
            Prices = PriceBook.Create(_prices),
            Organizations = new Dictionary<Guid, OrganizationSnapshot> { [Organization] = organization }.ToFrozenDictionary(),
            BudgetLines = [],
        };
        var question = new PlanQuestion(model, Clock.GetUtcNow()) { Chance = chance, Body = body is null ? default : new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body)) };
        return AttemptPlanner.Plan(snapshot, key, question, skipped);
    }

    public string[] Names(string model = Model, ulong chance = 1, string? body = null) => [.. Plan(model, chance, body).Attempts.Select(attempt => attempt.Account.Name)];

    /// <summary>So many attempts at an account that end so, each taking so long.</summary>
    public void Call(AccountSnapshot account, int times, AttemptVerdict verdict, double ms = 10)
    {
        for (var i = 0; i < times; i++)
        {
            var use = account.Health.Enter(account.Limits, Model, false, 0, force: true, extra: false, out _);
            Clock.AdvanceMs(ms);
            use!.Leave(verdict);
        }
    }

    private static Price PriceAt(AccountSnapshot account, string model, decimal amount) => new()
    {
        Id = Guid.Empty,
        OrganizationId = Organization,
        ProviderId = account.Id,
        Vendor = account.Kind.Kind,
        ModelName = model,
        InputPrice = amount,
        OutputPrice = amount,
        UnitSize = 1_000_000,
        EffectiveFrom = DateTimeOffset.UnixEpoch,
    };
}
