using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Data;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Xunit;

namespace AiPortal.Tests.Catalog;

/// <summary>Terms beyond the seed's shape, contracts, trials and imports, over HTTP.</summary>
public sealed class PriceTermsApiTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task Details_WrittenAndReadBack_AreTheSameAndMakeNoVersion()
    {
        var made = await host.Admin.PostApiAsync("/cost/models", """
            {"name":"terms-1","provider":"openai","input_price":2,"output_price":8,"details":{"audio_input_price":32,"cache_write_1h_price":4,"search_price":0.01,
            "context_tiers":[{"above":200000,"input_price":4,"output_price":12}],"service_tiers":[{"name":"batch","multiplier":0.5}],
            "time_windows":[{"name":"off_peak","zone":"Asia/Shanghai","days":["mon"],"hours":["00:00-08:00"],"multiplier":0.5}],
            "promotions":[{"name":"launch","until":"2027-01-01T00:00:00Z","multiplier":0.9}],"regions":[{"name":"us","multiplier":1.1}],"reported_cost":"compare"}}
            """);
        Assert.Equal(HttpStatusCode.Created, made.Status);
        var read = await host.Admin.GetApiAsync($"/cost/models/{made.Id}");

        var put = await host.Admin.CallAsync(HttpMethod.Put, $"/cost/models/{made.Id}", read.Json.GetRawText());

        Assert.Equal(HttpStatusCode.OK, put.Status);
        Assert.Equal(1, put.Json.GetProperty("version").GetInt32());
        Assert.Equal(4m, put.Json.GetProperty("details").GetProperty("cache_write_1h_price").GetDecimal());
        var versions = (await host.Admin.GetApiAsync($"/cost/models/{made.Id}/versions")).Data;
        Assert.NotEqual(JsonValueKind.Null, Assert.Single(versions).GetProperty("author_id").ValueKind);
    }

    [Theory]
    [InlineData("""{"context_tiers":[{"above":0,"input_price":4}]}""")]
    [InlineData("""{"context_tiers":[{"abvoe":1,"input_price":4}]}""")]
    [InlineData("""{"service_tiers":[{"name":"flex"}]}""")]
    [InlineData("""{"service_tiers":[{"name":"flex","multiplier":0}]}""")]
    [InlineData("""{"service_tiers":[{"name":"flex","input_price":0,"output_price":0}]}""")]
    [InlineData("""{"service_tiers":[{"name":"default","multiplier":0.5}]}""")]
    [InlineData("""{"time_windows":[{"name":"x","zone":"Mars","multiplier":0.5}]}""")]
    [InlineData("""{"time_windows":[{"name":"x","hours":["04:00-01:00"],"multiplier":0.5}]}""")]
    [InlineData("""{"audio_input_price":-1}""")]
    [InlineData("""{"context_tiers":[null]}""")]
    public async Task Details_ThatCannotPrice_AreRefused(string details)
    {
        var answer = await host.Admin.PostApiAsync("/cost/models", $$"""{"name":"terms-bad","provider":"openai","input_price":2,"output_price":8,"details":{{details}}}""");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
    }

    [Fact]
    public async Task Currency_WithARate_IsBookedInUsdAndANewRateMakesAVersion()
    {
        const string draft = """{"name":"glm-cny","provider":"zhipu","input_price":8,"output_price":28,"cached_input_price":2,"currency":"CNY"}""";
        Assert.Contains("currency", (await host.Admin.PostApiAsync("/cost/models", draft)).Fields);
        var rate = await host.Admin.PostApiAsync("/cost/exchange-rates", new { currency = "CNY", usd_per_unit = 0.14, effective_from = "2026-01-01T00:00:00Z", source = "bank" });
        Assert.Equal(HttpStatusCode.Created, rate.Status);
        var made = await host.Admin.PostApiAsync("/cost/models", draft);
        Assert.Equal(0.14m, made.Json.GetProperty("details").GetProperty("exchange_rate").GetDecimal());
        // 1,000,000 × 8 × 0.14/M
        Assert.Equal(1.12m, (await EstimateAsync("glm-cny")).GetProperty("total_cost").GetDecimal());

        Assert.Equal(HttpStatusCode.Created, (await host.Admin.PostApiAsync("/cost/exchange-rates", new { currency = "CNY", usd_per_unit = 0.15 })).Status);

        Assert.Equal(1.2m, (await EstimateAsync("glm-cny")).GetProperty("total_cost").GetDecimal());
        Assert.Equal([0.15m, 0.14m], (await host.Admin.GetApiAsync($"/cost/models/{made.Id}/versions")).Data
            .Select(version => version.GetProperty("terms").GetProperty("details").GetProperty("exchange_rate").GetDecimal()));
        Assert.Equal(2, (await host.Admin.GetApiAsync("/cost/exchange-rates?currency=CNY")).Data.Count());
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Admin.PostApiAsync("/cost/exchange-rates", new { currency = "CNY", usd_per_unit = 0 })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Admin.PostApiAsync("/cost/exchange-rates", new { currency = "CNY", usd_per_unit = 1, effective_from = "2999-01-01T00:00:00Z" })).Status);
    }

    [Fact]
    public async Task Discount_OfAVendor_ComesOffItsPricesUntilItEnds()
    {
        await host.Admin.PostApiAsync("/cost/models", new { name = "contract-model", provider = "mistral", input_price = 2, output_price = 8 });
        var discount = await host.Admin.PostApiAsync("/cost/discounts", new { provider = "mistral", percent = 12.5, source = "Contract 17" });
        Assert.Equal(HttpStatusCode.Created, discount.Status);
        Assert.Equal(1.75m, (await EstimateAsync("contract-model")).GetProperty("total_cost").GetDecimal());

        Assert.Equal(HttpStatusCode.NoContent, (await host.Admin.DeleteApiAsync($"/cost/discounts/{discount.Id}")).Status);

        Assert.Equal(2m, (await EstimateAsync("contract-model")).GetProperty("total_cost").GetDecimal());
        Assert.Contains((await host.Admin.GetApiAsync("/cost/discounts")).Data, row => row.GetProperty("id").GetGuid() == discount.Id);
        foreach (var percent in (decimal[])[0, 100, -1])
            Assert.Equal(HttpStatusCode.BadRequest, (await host.Admin.PostApiAsync("/cost/discounts", new { provider = "mistral", percent })).Status);
    }

    [Fact]
    public async Task Preview_OfAChange_PricesWhatWasUsed()
    {
        var account = await host.Admin.PostApiAsync("/providers", new { name = "preview-account", kind = "openai", api_key = "sk-x", enabled = false });
        var made = await host.Admin.PostApiAsync("/cost/models", new { name = "preview-model", provider = "preview-account", input_price = 2, output_price = 8 });
        // 1,000 in, 125 out: 3,000 millionths at 2 and 8
        foreach (var day in (int[])[1, 2, 40])
        {
            await host.Database.ExecuteAsync("SELECT ensure_month_partitions($1)", TimeProvider.System.GetUtcNow().AddDays(-day));
            await host.Database.ExecuteAsync("""
                INSERT INTO ledger_entries (id, started_at, organization_id, request_id, attempt, final, kind, status, estimated, provider_id, provider_name, model_name,
                  upstream_model, request_type, cost_type, price_id, price_version, input_units, output_units, input_cost, output_cost, total_cost)
                VALUES ($1, $2, $3, $1, 1, true, 'usage', 'ok', false, $4, 'preview-account', 'preview-model', 'preview-model', 'chat', 'ai_api', $5, 1, 1000, 125, 0.002, 0.001, 0.003)
                """, Ids.New(TimeProvider.System), TimeProvider.System.GetUtcNow().AddDays(-day), host.OrganizationId, account.Id, made.Id);
        }

        var effect = await host.Admin.PostApiAsync($"/cost/models/{made.Id}/preview", new { output_price = 16 });

        Assert.Equal(HttpStatusCode.OK, effect.Status);
        // two calls in thirty days: 2 × 0.003 and 2 × (0.002 + 0.002)
        Assert.Equal((2, 0.006m, 0.008m, 0.002m), (effect.Json.GetProperty("entries").GetInt32(), effect.Json.GetProperty("was").GetDecimal(),
            effect.Json.GetProperty("would_be").GetDecimal(), effect.Json.GetProperty("difference").GetDecimal()));
        Assert.Equal(1, (await host.Admin.GetApiAsync($"/cost/models/{made.Id}")).Json.GetProperty("version").GetInt32());
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Admin.PostApiAsync($"/cost/models/{made.Id}/preview", new { output_price = -1 })).Status);
    }

    [Fact]
    public async Task Import_DryRunThenApplied_AddsChangesAndEndsAsItSaid()
    {
        await host.Admin.PostApiAsync("/cost/models", new { name = "import-kept", provider = "cohere", input_price = 1, output_price = 2 });
        await host.Admin.PostApiAsync("/cost/models", new { name = "import-changed", provider = "cohere", input_price = 1, output_price = 2 });
        await host.Admin.PostApiAsync("/cost/models", new { name = "import-gone", provider = "cohere", input_price = 1, output_price = 2 });
        const string csv = "provider,name,input_price,output_price\ncohere,import-kept,1,2\ncohere,import-changed,1,3\r\ncohere,\"import-new\",0.5,0.75\n";

        var looked = await ImportAsync("?dry_run=true&end_missing=true", csv, "text/csv");
        var before = await Names();
        var applied = await ImportAsync("?end_missing=true", csv, "text/csv");
        var again = await ImportAsync("?dry_run=true&end_missing=true", csv, "text/csv");

        Assert.Equal((1, 1, 1, 1), Counts(looked));
        Assert.False(looked.GetProperty("applied").GetBoolean());
        Assert.DoesNotContain("import-new", before);
        Assert.Equal((1, 1, 1, 1), Counts(applied));
        Assert.Contains("import-new", await Names());
        Assert.DoesNotContain("import-gone", await Names());
        Assert.Equal((0, 0, 0, 3), Counts(again));

        async Task<List<string>> Names() => [.. (await host.Admin.GetApiAsync("/cost/models?source=own&in_force=true&limit=500")).Data.Select(row => row.GetProperty("name").GetString()!)];
        static (int, int, int, int) Counts(JsonElement diff) =>
            (diff.GetProperty("added").GetInt32(), diff.GetProperty("changed").GetInt32(), diff.GetProperty("ended").GetInt32(), diff.GetProperty("same").GetInt32());
    }

    [Fact]
    public async Task Import_OfTheBuiltInShape_TakesItAndRefusesWhatIsWrong()
    {
        var same = await ImportAsync("?dry_run=true", """[{"provider":"openai","model":"gpt-5.4","kind":"chat","inputPerMTok":2.5,"outputPerMTok":15,"cachedInputPerMTok":0.25,"batchDiscount":0.5,"contextWindow":1050000,"maxOutput":128000}]""", "application/json");
        Assert.Equal("same", same.GetProperty("rows")[0].GetProperty("change").GetString());
        var changed = await ImportAsync("?dry_run=true", """[{"provider":"openai","model":"gpt-5.4","inputPerMTok":2,"outputPerMTok":15}]""", "application/json");
        Assert.Equal("added", changed.GetProperty("rows")[0].GetProperty("change").GetString());
        Assert.Equal(2.5m, changed.GetProperty("rows")[0].GetProperty("before").GetProperty("input_price").GetDecimal());
        foreach (var bad in (string[])[
            "[]", "{}", "[1]", """[{"provider":"openai","model":"m"}]""", """[{"provider":"openai","model":"m","inputPerMTok":-1}]""",
            """[{"provider":"nobody","model":"m","inputPerMTok":1}]""", """[{"provider":"openai","model":"m","inptuPerMTok":1}]""",
            """[{"provider":"openai","model":"m","inputPerMTok":1},{"provider":"openai","model":"m","inputPerMTok":2}]"""])
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync("", bad, "application/json")).StatusCode);
        }
    }

    [Fact]
    public async Task Unpriced_ModelServedWithoutAPrice_IsOnTheList()
    {
        await host.Admin.PostApiAsync("/providers", new { name = "unpriced-account", kind = "openai", api_key = "sk-x", models = new[] { "nobody-priced-this" } });

        var listed = await host.Admin.GetApiAsync("/cost/models/unpriced");

        Assert.Contains(listed.Data, row => row.GetProperty("model").GetString() == "nobody-priced-this" && row.GetProperty("reason").GetString() == "no_price");
    }

    private async Task<JsonElement> EstimateAsync(string model)
    {
        var answer = await host.Admin.PostApiAsync("/cost/estimate", new { model, input_units = 1_000_000 });
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return answer.Json;
    }

    private Task<HttpResponseMessage> SendAsync(string query, string body, string type) =>
        host.Admin.PostAsync("/api/v1/cost/models/import" + query, new StringContent(body, Encoding.UTF8, type));

    private async Task<JsonElement> ImportAsync(string query, string body, string type)
    {
        using var answer = await SendAsync(query, body, type);
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, json.ToString());
        return json;
    }
}
