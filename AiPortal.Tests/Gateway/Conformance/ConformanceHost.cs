using System.Globalization;
using System.Text;
using AiPortal.Core.Access;
using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Providers;
using AiPortal.Core.Routing;
using AiPortal.Tests.Gateway.Http;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Gateway.Conformance;

/// <summary>One portal with the four scripted providers. Each cell has an account of its own, whose name for the model differs from the caller's.</summary>
public sealed class ConformanceHost : IAsyncLifetime
{
    // Six digits behind the point, for a million: each token counts in the last of the ledger's twelve.
    private static readonly (decimal Input, decimal CacheRead, decimal CacheWrite, decimal Output, decimal Reasoning) Price = (2.718281m, 0.314159m, 3.141592m, 14.142135m, 17.320508m);

    public static IReadOnlyList<IWayIn> WaysIn { get; } = [new OpenAiWayIn(), new AnthropicWayIn(), new GeminiWayIn()];

    public IReadOnlyList<IDialectOut> DialectsOut { get; } = [new OpenAiDialect(azure: false), new OpenAiDialect(azure: true), new AnthropicDialect(), new GeminiDialect()];

    public GatewayHost Gateway { get; } = new();

    public string Secret { get; private set; } = "";

    public Guid KeyId { get; private set; }

    /// <summary>The whole product.</summary>
    public static IEnumerable<Cell> Cells() =>
        from wayIn in WaysIn
        from dialectOut in (string[])["openai", "azure-openai", "anthropic", "gemini"]
        from how in (string[])["plain", "stream"]
        from scenario in Scenarios.All
        select new Cell(wayIn.Name, dialectOut, how, scenario.Name);

    public async Task InitializeAsync()
    {
        await Gateway.InitializeAsync();
        (KeyId, Secret) = await Gateway.IssueSecretAsync();
        var sealer = Gateway.Portal.Services.GetRequiredService<SecretVault>();
        await using var db = Gateway.Portal.Database.Portal.OpenSystem();
        foreach (var dialect in DialectsOut)
        {
            await dialect.StartAsync(GatewayHost.UpstreamSecret);
            await Gateway.AddPriceAsync(new PriceDraft
            {
                Name = dialect.Model,
                Provider = dialect.Kind,
                InputPrice = Price.Input,
                CachedInputPrice = Price.CacheRead,
                CacheWritePrice = Price.CacheWrite,
                OutputPrice = Price.Output,
                ReasoningPrice = Price.Reasoning,
                UnitSize = 1_000_000,
                MaxOutput = 64_000,
                ContextWindow = 200_000,
            });
            foreach (var cell in Cells().Where(cell => cell.DialectOut == dialect.Name).Select(cell => cell.Model))
            {
                var account = new ProviderAccount
                {
                    Id = Ids.New(TimeProvider.System),
                    OrganizationId = Gateway.Portal.OrganizationId,
                    Name = cell,
                    Kind = dialect.Kind,
                    BaseUrl = dialect.BaseUrl.ToString(),
                    Models = [cell],
                    ModelMap = new Dictionary<string, string> { [cell] = dialect.Model },
                    AllowPrivate = true,
                };
                account.ApiKeyCipher = sealer.Seal(Encoding.UTF8.GetBytes(GatewayHost.UpstreamSecret), ProviderSecret.Context(account));
                db.Add(account);
            }
        }

        await db.SaveChangesAsync();
        await Gateway.Portal.Services.GetRequiredService<SnapshotStore>().ChangedAsync(default);
    }

    public async Task DisposeAsync()
    {
        await Gateway.DisposeAsync();
        foreach (var dialect in DialectsOut) await dialect.DisposeAsync();
    }

    /// <summary>USD, worked out by hand: units × price of each kind.</summary>
    public static decimal CostOf(Tokens tokens) =>
        ((tokens.Input * Price.Input) + (tokens.CacheRead * Price.CacheRead) + (tokens.CacheWrite * Price.CacheWrite) + (tokens.Output * Price.Output) + (tokens.Reasoning * Price.Reasoning)) / 1_000_000m;

    public static string Text(decimal cost) => cost.ToString("0.############", CultureInfo.InvariantCulture);
}

[CollectionDefinition(Name)]
public sealed class ConformanceCollection : ICollectionFixture<ConformanceHost>
{
    public const string Name = "conformance";
}

public sealed record Cell(string WayIn, string DialectOut, string How, string Scenario)
{
    /// <summary>The model that is asked for in this cell alone.</summary>
    public string Model => $"{WayIn}.{DialectOut}.{How}.{Scenario}".Replace(' ', '-').Replace(":", "", StringComparison.Ordinal);
}
