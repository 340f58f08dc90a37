using System.Net;
using System.Text.Json;
using AiPortal.Core.Catalog;
using AiPortal.Core.Catalog.Contracts;
using AiPortal.Core.Catalog.Terms;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>What a call costs is decided by its answer and by when it began; the ledger says all of it again.</summary>
[Collection(GatewayCollection.Name)]
public sealed class PricedTermsTests(GatewayHost gateway)
{
    [Theory]
    [InlineData("flex", "0.0015", false)] // half of (1,000 × 2 + 125 × 8 = 3,000 millionths)
    [InlineData("priority", "0.006", false)] // its own prices: 1,000 × 4 + 125 × 16
    [InlineData("default", "0.003", false)]
    [InlineData("turbo", "0.003", true)] // no price for it: the list price, marked
    public async Task Call_TierNamedByTheAnswer_DecidesThePrice(string tier, string usd, bool estimated)
    {
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1000, 125), tier), draft => draft with
        {
            Details = new PriceDetails { ServiceTiers = [new ServiceTier { Name = "flex", Multiplier = 0.5m }, new ServiceTier { Name = "priority", InputPrice = 4, OutputPrice = 16 }] },
        });
        var (id, client) = await gateway.IssueKeyAsync();

        using var answer = await client.PostAsync("/v1/chat/completions", GatewayHost.Chat(model));

        Assert.Equal(usd, answer.Headers.GetValues("x-portal-cost-usd").Single());
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((tier, estimated), (entry.ServiceTier, entry.Estimated));
        Assert.Equal(estimated ? true : null, entry.CostDetail?.Notes?.TierUnpriced);
        Assert.DoesNotContain(await gateway.VerifyAsync(), line => line.Contains(entry.Id.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Call_AudioAndContract_EachKindOnTheLedgerAndTheReceiptAddsUp()
    {
        const string usage = """{"prompt_tokens":1200,"completion_tokens":600,"total_tokens":1800,"prompt_tokens_details":{"audio_tokens":1000},"completion_tokens_details":{"audio_tokens":500}}""";
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", usage), draft => draft with
        {
            Details = new PriceDetails { AudioInputPrice = 32, AudioOutputPrice = 64 },
        });
        var actor = await gateway.ActorAsync();
        var discount = await gateway.Portal.Services.GetRequiredService<AddDiscount>().RunAsync(
            actor, gateway.Portal.OrganizationId, new DiscountDraft { Provider = "account of " + model, Percent = 25 });
        Assert.False(discount.IsRefused, discount.Refusal?.Message);
        var (id, client) = await gateway.IssueKeyAsync();

        using var answer = await client.PostAsync("/v1/chat/completions", GatewayHost.Chat(model));

        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        // ¾ of 200 × 2 + 1,000 × 32 + 100 × 8 + 500 × 64 = 400 + 32,000 + 800 + 32,000 = 65,200 millionths
        Assert.Equal(0.0489m, entry.TotalCost);
        Assert.Equal((1200, 600), (entry.InputUnits, entry.OutputUnits));
        Assert.Equal((1000, 500), (entry.UsageDetail!.AudioInput, entry.UsageDetail.AudioOutput));
        Assert.Equal((0.024m, 0.024m, 25m), (entry.CostDetail!.AudioInput, entry.CostDetail.AudioOutput, entry.CostDetail.Notes!.DiscountPercent));
        Assert.DoesNotContain(await gateway.VerifyAsync(), line => line.Contains(entry.Id.ToString(), StringComparison.Ordinal));
        var receipt = await gateway.Portal.Services.GetRequiredService<CallReceipts>().ReadAsync(gateway.Portal.OrganizationId, entry.RequestId);
        var lines = Assert.Single(receipt!.Attempts).Lines;
        Assert.Equal(["input", "audio_input", "output", "audio_output"], lines.Select(line => line.Kind));
        Assert.All(lines, line => Assert.Equal(line.Cost, line.Units * line.UnitPrice!.Value / line.UnitSize!.Value));
        Assert.Equal(entry.TotalCost, lines.Sum(line => line.Cost));
    }

    [Theory]
    [InlineData("take", "0.0005", "0.0005", true)]
    [InlineData("compare", "0.0005", "0.003", true)]
    [InlineData("take", "0.003001", "0.003001", false)] // within a hundredth: the provider's rounding
    [InlineData("ignore", "0.0005", "0.003", null)]
    public async Task Call_ProviderReportsACost_IsTakenOrComparedAsThePriceSays(string rule, string reported, string booked, bool? differs)
    {
        var usage = FakeUpstreamReply.Usage(1000, 125).Replace("{\"prompt", "{\"cost\":" + reported + ",\"prompt", StringComparison.Ordinal);
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", usage), draft => draft with
        {
            Details = new PriceDetails { ReportedCost = JsonSerializer.Deserialize<ReportedCostRule>($"\"{rule}\"") },
        });
        var (id, client) = await gateway.IssueKeyAsync();

        using var answer = await client.PostAsync("/v1/chat/completions", GatewayHost.Chat(model));

        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal(decimal.Parse(booked, System.Globalization.CultureInfo.InvariantCulture), entry.TotalCost);
        Assert.Equal(differs == true ? true : null, entry.CostDetail?.Notes?.CostDiffers);
        Assert.Equal(differs is null, entry.CostDetail?.Notes?.ReportedCost is null);
        Assert.DoesNotContain(await gateway.VerifyAsync(), line => line.Contains(entry.Id.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Change_OfAPriceUnderLoad_EveryEntryFollowsFromItsUnitsAndVersion()
    {
        // RELIABILITY M14: the full count is 50 calls a second for 20 s.
        var changes = Environment.GetEnvironmentVariable("AIPORTAL_LONG") == "1" ? 50 : 6;
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Plain("Hi", FakeUpstreamReply.Usage(1000, 125)));
        var price = await PriceIdAsync(model);
        var (id, client) = await gateway.IssueKeyAsync();
        var (answered, changing) = (0, true);
        var load = Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            while (Volatile.Read(ref changing))
            {
                using var answer = await client.PostAsync("/v1/chat/completions", GatewayHost.Chat(model));
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Interlocked.Increment(ref answered);
            }
        }));
        for (var version = 1; version <= changes; version++)
        {
            var changed = await gateway.Portal.Admin.PatchApiAsync($"/cost/models/{price}", new { input_price = 2 + (version * 0.25m) });
            Assert.Equal(HttpStatusCode.OK, changed.Status);
            foreach (var bad in (string[])["""{"input_price":-1}""", """{"input_price":0,"output_price":0}""", """{"input_price":null}"""])
                Assert.Equal(HttpStatusCode.BadRequest, (await gateway.Portal.Admin.CallAsync(HttpMethod.Patch, $"/cost/models/{price}", bad)).Status);
            var seen = Volatile.Read(ref answered);
            while (!load.IsCompleted && Volatile.Read(ref answered) < seen + 20)
                await Task.Delay(5);
        }

        Volatile.Write(ref changing, false);
        await load;
        var entries = await gateway.EntriesAsync(id, answered);
        Assert.Equal(answered, entries.Count);
        Assert.True(entries.Select(entry => entry.PriceVersion).Distinct().Count() > 1, "No change fell into the load.");
        // 1,000 × (2 + ¼ for each change) + 125 × 8 millionths
        Assert.All(entries, entry => Assert.Equal((1000 * (2 + ((entry.PriceVersion!.Value - 1) * 0.25m)) / 1_000_000) + 0.001m, entry.TotalCost));
        Assert.DoesNotContain(await gateway.VerifyAsync(), line => line.StartsWith("entry", StringComparison.Ordinal));
    }

    private async Task<Guid> PriceIdAsync(string model)
    {
        await using var db = gateway.Portal.Database.Portal.OpenSystem();
        return (await db.Set<PriceRow>().SingleAsync(row => row.ModelName == model)).Id;
    }
}
