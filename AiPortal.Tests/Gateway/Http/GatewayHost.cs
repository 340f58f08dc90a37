using System.Globalization;
using System.Linq.Expressions;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Access;
using AiPortal.Core.Budgets;
using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Providers;
using AiPortal.Core.Routing;
using AiPortal.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>A portal with one scripted provider behind it and a priced model: $2 a million input, $0.50 cached, $8 output, $10 reasoning.</summary>
public sealed class GatewayHost : IAsyncLifetime
{
    public const string Model = "test-model";
    public const string UpstreamSecret = "sk-upstream-secret-0123456789";

    public const int MaxBodyBytes = 65_536;
    private int _models;

    public GatewayHost() => Portal = new PortalHost().With("Portal:Gateway:HeadersSeconds", "2").With("Portal:Gateway:IdleSeconds", "2")
        .With("Portal:Gateway:ConnectSeconds", "2").With("Portal:MaxBodyBytes", MaxBodyBytes.ToString(CultureInfo.InvariantCulture));

    public PortalHost Portal { get; }

    public FakeUpstream Upstream { get; private set; } = null!;

    public Guid ProviderId { get; private set; }

    public async Task InitializeAsync()
    {
        await Portal.InitializeAsync();
        Upstream = await FakeUpstream.StartAsync();
        ProviderId = await AddProviderAsync("primary", Upstream.BaseUrl, [Model], priority: 0);
        await AddPriceAsync(Model);
    }

    public async Task DisposeAsync()
    {
        await Portal.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    public async Task<Guid> AddProviderAsync(string name, Uri baseUrl, string[]? models, int priority, string kind = "openai-compatible")
    {
        var account = new ProviderAccount
        {
            Id = Ids.New(TimeProvider.System),
            OrganizationId = Portal.OrganizationId,
            Name = name,
            Kind = kind,
            BaseUrl = baseUrl.ToString(),
            Models = models,
            Priority = priority,
            AllowPrivate = true,
        };
        account.ApiKeyCipher = Portal.Services.GetRequiredService<SecretVault>().Seal(Encoding.UTF8.GetBytes(UpstreamSecret), ProviderSecret.Context(account));
        await using var db = Portal.Database.Portal.OpenSystem();
        db.Add(account);
        await db.SaveChangesAsync();
        await Portal.Services.GetRequiredService<SnapshotStore>().ChangedAsync(default);
        return account.Id;
    }

    public Task AddPriceAsync(string model, int? maxOutput = 1000, long? contextWindow = 100_000) => AddPriceAsync(new PriceDraft
    {
        Name = model,
        Provider = "openai-compatible",
        InputPrice = 2,
        CachedInputPrice = 0.5m,
        CacheWritePrice = 2.5m,
        OutputPrice = 8,
        ReasoningPrice = 10,
        UnitSize = 1_000_000,
        MaxOutput = maxOutput,
        ContextWindow = contextWindow,
    });

    public async Task AddPriceAsync(PriceDraft draft)
    {
        var outcome = await Portal.Services.GetRequiredService<CreatePrice>().RunAsync(await ActorAsync(), Portal.OrganizationId, draft);
        Assert.False(outcome.IsRefused, outcome.Refusal?.Message);
    }

    public async Task<(Guid Id, HttpClient Client)> IssueKeyAsync(KeyDraft? draft = null)
    {
        var (id, secret) = await IssueSecretAsync(draft);
        return (id, Portal.WithBearer(secret));
    }

    public async Task<(Guid Id, string Secret)> IssueSecretAsync(KeyDraft? draft = null)
    {
        var outcome = await Portal.Services.GetRequiredService<IssueKey>().RunAsync(await ActorAsync(), Portal.OrganizationId, draft ?? new KeyDraft { Name = "k" });
        Assert.False(outcome.IsRefused, outcome.Refusal?.Message);
        return (outcome.Value.Listing.Key.Id, outcome.Value.Secret);
    }

    /// <summary>A model with a name of its own, so that a script fits one test only.</summary>
    public async Task<string> AddModelAsync(FakeUpstreamReply? reply, Func<PriceDraft, PriceDraft>? price = null, bool priced = true)
    {
        var model = "model-" + Interlocked.Increment(ref _models);
        await AddProviderAsync("account of " + model, Upstream.BaseUrl, [model], priority: 0);
        if (priced)
        {
            var draft = new PriceDraft { Name = model, Provider = "openai-compatible", InputPrice = 2, OutputPrice = 8, UnitSize = 1_000_000, MaxOutput = 1000, ContextWindow = 100_000 };
            await AddPriceAsync(price?.Invoke(draft) ?? draft);
        }

        if (reply is not null) Upstream.ForModel(model, reply);
        return model;
    }

    public Task MapModelAsync(string account, string asked, string upstream) => ChangeAsync<ProviderAccount>(
        row => row.Name == account, row => row.ModelMap = new Dictionary<string, string> { [asked] = upstream });

    /// <summary>Changes a row behind the portal's back, as another node would, and waits until it counts.</summary>
    public async Task ChangeAsync<TRow>(Expression<Func<TRow, bool>> which, Action<TRow> change) where TRow : class
    {
        await using var db = Portal.Database.Portal.OpenSystem();
        change(await db.Set<TRow>().SingleAsync(which));
        await db.SaveChangesAsync();
        await Portal.Services.GetRequiredService<SnapshotStore>().ChangedAsync(default);
    }

    /// <summary>The key's own budget as admission sees it.</summary>
    public BudgetView BudgetOf(Guid keyId)
    {
        var key = Portal.Services.GetRequiredService<SnapshotStore>().Current.Keys.Values.First(grant => grant.Key.Id == keyId).Key;
        return Portal.Services.GetRequiredService<BudgetBook>().Read(key.Budgets.Single(line => line.QuotaType == QuotaType.Key), key.Organization.Calendar, TimeProvider.System.GetUtcNow());
    }

    /// <summary>As after many good calls: further attempts are affordable again.</summary>
    public void FillRetryBudget()
    {
        var retries = Portal.Services.GetRequiredService<Core.Routing.Health.HealthBook>().Retries(Portal.OrganizationId);
        for (var i = 0; i < 100; i++) retries.Succeeded();
    }

    /// <summary>What ledger, rollups and budgets disagree about.</summary>
    public Task<IReadOnlyList<string>> VerifyAsync() => LedgerVerify.RunAsync(Portal.Database.Portal, default);

    public static HttpContent Chat(string model = Model, bool stream = false, int? maxTokens = null, string text = "Hello") =>
        JsonContent.Create(Body(model, stream, maxTokens, text));

    /// <summary>Waits until the ledger has that many entries of a key, then gives them by attempt.</summary>
    public async Task<IReadOnlyList<LedgerEntry>> EntriesAsync(Guid keyId, int count)
    {
        List<LedgerEntry> entries = [];
        await UntilAsync(async () =>
        {
            await using var db = Portal.Database.Portal.OpenSystem();
            entries = await db.Set<LedgerEntry>().AsNoTracking().Where(e => e.KeyId == keyId).OrderBy(e => e.StartedAt).ThenBy(e => e.Attempt).ToListAsync();
            return entries.Count >= count;
        }, () => $"{entries.Count} of {count} entries came");
        return entries;
    }

    public async Task<int> CountEntriesAsync(string model)
    {
        await using var db = Portal.Database.Portal.OpenSystem();
        return await db.Set<LedgerEntry>().CountAsync(e => e.ModelName == model);
    }

    /// <summary>Waits until the call log has that many rows of a key, then gives them in order of their beginning.</summary>
    public async Task<IReadOnlyList<CallLogRow>> CallsAsync(Guid keyId, int count)
    {
        List<CallLogRow> rows = [];
        await UntilAsync(async () =>
        {
            await using var db = Portal.Database.Portal.OpenSystem();
            rows = await db.Set<CallLogRow>().AsNoTracking().Where(e => e.KeyId == keyId).OrderBy(e => e.StartedAt).ToListAsync();
            return rows.Count >= count;
        }, () => $"{rows.Count} of {count} calls came");
        return rows;
    }

    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> fault)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(15), fault());
            await Task.Yield();
        }
    }

    /// <summary>Asserts an error in OpenAI's shape without a trace of the portal's inside.</summary>
    public static async Task<JsonElement> AssertErrorAsync(HttpResponseMessage answer, int status, string type, string code)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode} {text}");
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        var error = JsonDocument.Parse(text).RootElement.GetProperty("error");
        Assert.Equal((type, code), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        Assert.NotEqual("", error.GetProperty("message").GetString());
        Assert.True(error.TryGetProperty("param", out _));
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
        Assert.DoesNotContain(UpstreamSecret, text, StringComparison.Ordinal);
        Assert.True(Guid.TryParse(answer.Headers.GetValues("x-request-id").Single(), out _));
        return error;
    }

    public static HttpContent Raw(string json) => new StringContent(json, Encoding.UTF8, "application/json");

    public async Task<Actor> ActorAsync()
    {
        var me = await Portal.Admin.GetFromJsonAsync<JsonElement>("/api/v1/me");
        var roles = new Dictionary<Guid, Core.Tenancy.Role> { [Portal.OrganizationId] = Core.Tenancy.Role.Owner };
        return new Actor(me.GetProperty("id").GetGuid(), "Test", roles, Portal.OrganizationId);
    }

    private static Dictionary<string, object> Body(string model, bool stream, int? maxTokens, string text)
    {
        var body = new Dictionary<string, object> { ["model"] = model, ["messages"] = new[] { new { role = "user", content = text } } };
        if (stream) body["stream"] = true;
        if (maxTokens is { } most) body["max_tokens"] = most;
        return body;
    }
}

/// <summary>One host for the tests that leave nothing behind; they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class GatewayCollection : ICollectionFixture<GatewayHost>
{
    public const string Name = "gateway";
}
