using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Access;
using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
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

    public GatewayHost() => Portal = new PortalHost().With("Portal:Gateway:HeadersSeconds", "2").With("Portal:Gateway:IdleSeconds", "2").With("Portal:Gateway:ConnectSeconds", "2");

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

    public async Task<Guid> AddProviderAsync(string name, Uri baseUrl, string[]? models, int priority)
    {
        var account = new ProviderAccount
        {
            Id = Ids.New(TimeProvider.System),
            OrganizationId = Portal.OrganizationId,
            Name = name,
            Kind = "openai-compatible",
            BaseUrl = baseUrl.ToString(),
            Models = models,
            Priority = priority,
            AllowPrivate = true,
        };
        account.ApiKeyCipher = Portal.Services.GetRequiredService<MasterKey>().Seal(Encoding.UTF8.GetBytes(UpstreamSecret), ProviderSecret.Context(account));
        await using var db = Portal.Database.Portal.OpenSystem();
        db.Add(account);
        await db.SaveChangesAsync();
        await Portal.Services.GetRequiredService<SnapshotStore>().ChangedAsync(default);
        return account.Id;
    }

    public async Task AddPriceAsync(string model, int? maxOutput = 1000, long? contextWindow = 100_000)
    {
        var draft = new PriceDraft
        {
            Name = model, Provider = "openai-compatible", InputPrice = 2, CachedInputPrice = 0.5m, OutputPrice = 8, ReasoningPrice = 10,
            UnitSize = 1_000_000, MaxOutput = maxOutput, ContextWindow = contextWindow,
        };
        var outcome = await Portal.Services.GetRequiredService<CreatePrice>().RunAsync(await ActorAsync(), Portal.OrganizationId, draft);
        Assert.False(outcome.IsRefused, outcome.Refusal?.Message);
    }

    public async Task<(Guid Id, HttpClient Client)> IssueKeyAsync(KeyDraft? draft = null)
    {
        var outcome = await Portal.Services.GetRequiredService<IssueKey>().RunAsync(await ActorAsync(), Portal.OrganizationId, draft ?? new KeyDraft { Name = "k" });
        Assert.False(outcome.IsRefused, outcome.Refusal?.Message);
        return (outcome.Value.Listing.Key.Id, Portal.WithBearer(outcome.Value.Secret));
    }

    public static HttpContent Chat(string model = Model, bool stream = false, int? maxTokens = null, string text = "Hello") =>
        JsonContent.Create(Body(model, stream, maxTokens, text));

    /// <summary>Waits until the ledger has that many entries of a key, then gives them by attempt.</summary>
    public async Task<IReadOnlyList<LedgerEntry>> EntriesAsync(Guid keyId, int count)
    {
        var limit = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await using var db = Portal.Database.Portal.OpenSystem();
            var entries = await db.Set<LedgerEntry>().AsNoTracking().Where(e => e.KeyId == keyId).OrderBy(e => e.StartedAt).ThenBy(e => e.Attempt).ToListAsync();
            if (entries.Count >= count) return entries;
            Assert.True(TimeProvider.System.GetElapsedTime(limit) < TimeSpan.FromSeconds(10), $"{entries.Count} of {count} entries came");
            await Task.Yield();
        }
    }

    public static async Task<JsonElement> ErrorAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");

    private async Task<Actor> ActorAsync()
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
