using AiPortal.Core.Catalog;
using AiPortal.Core.Catalog.Terms;
using AiPortal.Tests.Fixtures.Anthropic;
using AiPortal.Tests.Gateway.Http;
using global::Anthropic;
using OpenAI;
using OpenAI.Chat;

namespace AiPortal.Tests.Gateway.Anthropic;

/// <summary>A portal with Anthropic behind it beside the provider of OpenAI's kind: $3 a million input, $15 output, $0.30 read from the cache, $3.75 and $6 written to it.</summary>
public sealed class AnthropicHost : IAsyncLifetime
{
    /// <summary>Thinks with a budget, takes sampling.</summary>
    public const string Older = "claude-sonnet-4-5";

    /// <summary>Thinks as it sees fit, takes neither sampling nor forced tools.</summary>
    public const string Newest = "claude-opus-5-5";

    /// <summary>Takes no schema for its answer.</summary>
    public const string Oldest = "claude-sonnet-4-20250514";

    public GatewayHost Gateway { get; } = new();

    public FakeAnthropic Anthropic { get; private set; } = null!;

    public Guid AccountId { get; private set; }

    public async Task InitializeAsync()
    {
        await Gateway.InitializeAsync();
        Anthropic = await FakeAnthropic.StartAsync();
        AccountId = await Gateway.AddProviderAsync("claude", Anthropic.BaseUrl, [Older, Newest, Oldest], priority: 0, kind: "anthropic");
        foreach (var model in (string[])[Older, Newest, Oldest])
        {
            await Gateway.AddPriceAsync(new PriceDraft
            {
                Name = model,
                Provider = "anthropic",
                InputPrice = 3,
                CachedInputPrice = 0.3m,
                CacheWritePrice = 3.75m,
                OutputPrice = 15,
                UnitSize = 1_000_000,
                MaxOutput = 64_000,
                ContextWindow = 200_000,
                Details = new PriceDetails { CacheWrite1hPrice = 6 },
            });
        }
    }

    public async Task DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Anthropic.DisposeAsync();
    }

    /// <summary>Anthropic's own client with a key of the portal's.</summary>
    public async Task<(Guid KeyId, AnthropicClient Client)> AnthropicClientAsync(string path = "")
    {
        var (id, secret) = await Gateway.IssueSecretAsync();
        return (id, new AnthropicClient { BaseUrl = new Uri(Gateway.Portal.BaseUrl, path).ToString().TrimEnd('/'), ApiKey = secret, MaxRetries = 0, ResponseValidation = true });
    }

    /// <summary>OpenAI's own client with a key of the portal's.</summary>
    public async Task<(Guid KeyId, ChatClient Client)> OpenAiClientAsync(string model)
    {
        var (id, secret) = await Gateway.IssueSecretAsync();
        var options = new OpenAIClientOptions { Endpoint = new Uri(Gateway.Portal.BaseUrl, "v1"), RetryPolicy = new System.ClientModel.Primitives.ClientRetryPolicy(0) };
        return (id, new ChatClient(model, new System.ClientModel.ApiKeyCredential(secret), options));
    }
}

[CollectionDefinition(Name)]
public sealed class AnthropicCollection : ICollectionFixture<AnthropicHost>
{
    public const string Name = "anthropic";
}
