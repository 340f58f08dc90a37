using System.Net;
using AiPortal.Core.Catalog;
using AiPortal.Core.Providers;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Xunit;

namespace AiPortal.Tests.Catalog;

public sealed class PriceApiTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task List_AfterStart_HasTheWholeBuiltInBookPageByPage()
    {
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await host.Admin.GetApiAsync($"/cost/models?source=built_in&limit=100{(cursor is null ? "" : "&cursor=" + cursor)}");
            Assert.Equal(HttpStatusCode.OK, page.Status);
            seen.AddRange(page.Data.Select(price => price.GetProperty("id").GetString()!));
            Assert.All(page.Data, price => Assert.True(price.GetProperty("built_in").GetBoolean()));
            cursor = page.Json.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal(BuiltInCatalogue.Prices.Select(price => price.Id.ToString()).Order(), seen.Order());
    }

    [Fact]
    public async Task Seed_RunAgain_ChangesNothing() =>
        Assert.Equal(0, await new SeedBuiltInPrices(host.Database.Portal, TimeProvider.System).RunAsync());

    [Fact]
    public async Task Create_OwnPrice_IsListedBeforeTheBuiltInOnes()
    {
        var made = await host.Admin.PostApiAsync("/cost/models", new { name = "zz-own-first", provider = "openai", input_price = 0.000000000001m, output_price = 2, unit_size = 1 });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Equal("0.000000000001", made.Json.GetProperty("input_price").GetRawText().Replace("1E-12", "0.000000000001", StringComparison.Ordinal));

        var listed = await host.Admin.GetApiAsync("/cost/models?limit=500");
        var builtIn = listed.Data.Select(price => price.GetProperty("built_in").GetBoolean()).ToList();
        Assert.Contains(listed.Data, price => price.GetProperty("id").GetGuid() == made.Id);
        Assert.Equal(builtIn.Order(), builtIn);
    }

    [Fact]
    public async Task Put_WhatWasRead_MakesNoVersionAndChangesNothing()
    {
        var made = await host.Admin.PostApiAsync("/cost/models", new
        {
            name = "round-trip",
            provider = "openai",
            input_price = 2.5,
            output_price = 10,
            cached_input_price = 0.25,
            effective_from = "2026-01-01T00:00:00Z",
            effective_to = "2027-01-01T08:00:00+08:00",
            max_output = 4096,
        });
        var read = await host.Admin.GetApiAsync($"/cost/models/{made.Id}");

        var put = await host.Admin.CallAsync(HttpMethod.Put, $"/cost/models/{made.Id}", read.Json.GetRawText());

        Assert.Equal(HttpStatusCode.OK, put.Status);
        Assert.Equal(read.Json.GetRawText(), put.Json.GetRawText());
        Assert.Single((await host.Admin.GetApiAsync($"/cost/models/{made.Id}/versions")).Data);
    }

    [Fact]
    public async Task Patch_NewPrice_MakesAVersionAndKeepsTheOldOne()
    {
        var made = await host.Admin.PostApiAsync("/cost/models", new { name = "two-versions", provider = "openai", input_price = 1, output_price = 2 });

        var changed = await host.Admin.PatchApiAsync($"/cost/models/{made.Id}", new { output_price = 3 });

        Assert.Equal(2, changed.Json.GetProperty("version").GetInt32());
        Assert.Equal(1m, changed.Json.GetProperty("input_price").GetDecimal());
        var versions = (await host.Admin.GetApiAsync($"/cost/models/{made.Id}/versions")).Data.Select(v => v.GetProperty("terms").GetProperty("output_price").GetDecimal());
        Assert.Equal([3m, 2m], versions);
    }

    [Theory]
    [InlineData("""{"name":"m","provider":"openai"}""", "free")]
    [InlineData("""{"name":"m","provider":"openai","input_price":-1,"output_price":2}""", "input_price")]
    [InlineData("""{"name":"m","provider":"openai","input_price":"1"}""", "input_price")]
    [InlineData("""{"name":"m","provider":"openai","input_price":1,"currency":"EUR"}""", "currency")]
    [InlineData("""{"name":"m","provider":"nobody","input_price":1}""", "provider")]
    [InlineData("""{"name":"m","provider":"openai","input_price":1,"billing_unit":"mile"}""", "billing_unit")]
    [InlineData("""{"name":"m","provider":"openai","input_price":1,"unit_size":0}""", "unit_size")]
    [InlineData("""{"name":"m","provider":"openai","input_price":1,"outputprice":1}""", "outputprice")]
    [InlineData("""{"name":"m","provider":"openai","input_price":0.0000000000001}""", "input_price")]
    [InlineData("""{"name":"m","provider":"openai","input_price":1,"effective_from":"2026-02-01T00:00:00Z","effective_to":"2026-02-01T00:00:00Z"}""", "effective_to")]
    [InlineData("""{"name":"m","provider":"openai","input_price":101,"unit_size":1}""", "input_price")]
    [InlineData("""{"provider":"openai","input_price":1}""", "name")]
    public async Task Create_BadMember_IsRefusedByName(string body, string field)
    {
        var answer = await host.Admin.PostApiAsync("/cost/models", body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(field, answer.Fields);
    }

    [Fact]
    public async Task Create_FreeModel_IsTakenWhenSaid()
    {
        var answer = await host.Admin.PostApiAsync("/cost/models", new { name = "house-model", provider = "openai", free = true });
        Assert.Equal(HttpStatusCode.Created, answer.Status);
    }

    [Fact]
    public async Task Create_OverlappingInterval_IsAConflict()
    {
        object Draft(string from, string? to) => new { name = "overlap", provider = "openai", input_price = 1, output_price = 1, effective_from = from, effective_to = to };
        await host.Admin.PostApiAsync("/cost/models", Draft("2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z"));

        var inside = await host.Admin.PostApiAsync("/cost/models", Draft("2026-05-31T23:59:59Z", null));
        var after = await host.Admin.PostApiAsync("/cost/models", Draft("2026-06-01T00:00:00Z", null));
        var reopened = await host.Admin.PatchApiAsync($"/cost/models/{after.Id}", new { effective_from = "2026-05-01T00:00:00Z" });

        Assert.Equal((HttpStatusCode.Conflict, "overlapping_price"), (inside.Status, inside.Code));
        Assert.Equal(HttpStatusCode.Created, after.Status);
        Assert.Equal(HttpStatusCode.Conflict, reopened.Status);
    }

    [Fact]
    public async Task BuiltInPrice_ChangedOrRemoved_IsRefusedWithAWayOut()
    {
        var id = BuiltInCatalogue.Prices[0].Id;
        var changed = await host.Admin.PatchApiAsync($"/cost/models/{id}", new { input_price = 0.01 });
        var removed = await host.Admin.DeleteApiAsync($"/cost/models/{id}");
        Assert.Equal((HttpStatusCode.Conflict, "built_in_price"), (changed.Status, changed.Code));
        Assert.Equal(HttpStatusCode.Conflict, removed.Status);
        Assert.Contains("of your own", changed.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await host.Admin.GetApiAsync($"/cost/models/{id}")).Status);
    }

    [Fact]
    public async Task Estimate_OwnPrice_WinsOverTheBuiltInOne()
    {
        var model = BuiltInCatalogue.Prices.First(price => price.Vendor == "anthropic" && price.PricesCalls).ModelName;
        await host.Admin.PostApiAsync("/cost/models", new { name = model, provider = "anthropic", input_price = 1, cached_input_price = 0.1, output_price = 2, base_price = 0.001, effective_from = "2026-01-01T00:00:00Z" });

        var answer = await host.Admin.PostApiAsync("/cost/estimate", new { model, provider = "anthropic", input_units = 1000, cached_input_units = 400, output_units = 500, count = 10 });

        // (600 × 1 + 400 × 0.1 + 500 × 2) / 1,000,000 + 0.001 = 0.00264 a call
        Assert.Equal(0.0264m, answer.Json.GetProperty("total_cost").GetDecimal());
        Assert.Equal(0.00264m, answer.Json.GetProperty("cost_per_call").GetDecimal());
        Assert.Equal((0.0064m, 0.01m, 0.01m), (Cost("input_cost"), Cost("output_cost"), Cost("base_cost")));

        decimal Cost(string member) => answer.Json.GetProperty(member).GetDecimal();
    }

    [Fact]
    public async Task Estimate_UnknownModel_IsNotFound()
    {
        var answer = await host.Admin.PostApiAsync("/cost/estimate", new { model = "no-such-model", input_units = 1 });
        Assert.Equal((HttpStatusCode.NotFound, "model_not_priced"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Create_ProviderIsAnAccountsName_IsForThatAccount()
    {
        var account = new ProviderAccount { OrganizationId = host.OrganizationId, Name = "Azure west", Kind = "azure-openai" };
        await using (var db = host.Database.Portal.OpenSystem())
        {
            db.Add(account);
            await db.SaveChangesAsync();
        }

        var made = await host.Admin.PostApiAsync("/cost/models", new { name = "gpt-5.4", provider = "Azure west", input_price = 1, output_price = 1 });

        Assert.Equal(account.Id, made.Json.GetProperty("provider_id").GetGuid());
        Assert.Equal("azure-openai", made.Text("vendor"));
        var listed = await host.Admin.GetApiAsync("/cost/models?provider=Azure%20west");
        Assert.Equal([made.Id], listed.Data.Select(price => price.GetProperty("id").GetGuid()));
    }

    [Fact]
    public async Task OtherOrganization_SeesNoneOfIt()
    {
        var mine = await host.Admin.PostApiAsync("/cost/models", new { name = "secret-model", provider = "openai", input_price = 1 });
        var (stranger, _) = await host.StrangerAsync();
        using var client = stranger;

        var listed = await client.GetApiAsync("/cost/models?search=secret-model");
        Assert.Empty(listed.Data);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetApiAsync($"/cost/models/{mine.Id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await client.PatchApiAsync($"/cost/models/{mine.Id}", new { input_price = 2 })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await client.DeleteApiAsync($"/cost/models/{mine.Id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetApiAsync($"/cost/models?organization_id={host.OrganizationId}")).Status);
    }

    [Fact]
    public async Task Remove_OwnPrice_KeepsItsVersions()
    {
        var made = await host.Admin.PostApiAsync("/cost/models", new { name = "short-lived", provider = "openai", input_price = 1 });
        Assert.Equal(HttpStatusCode.NoContent, (await host.Admin.DeleteApiAsync($"/cost/models/{made.Id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Admin.GetApiAsync($"/cost/models/{made.Id}")).Status);
        Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT count(*) FROM price_versions WHERE price_id = $1", made.Id));
    }

    [Fact]
    public async Task Manager_MayLookButNotChange()
    {
        using var manager = await host.MemberAsync("manager");
        Assert.Equal(HttpStatusCode.OK, (await manager.GetApiAsync("/cost/models")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await manager.PostApiAsync("/cost/models", new { name = "m", provider = "openai", input_price = 1 })).Status);
    }

    [Fact]
    public async Task List_WildcardInSearch_IsAPlainCharacter()
    {
        await host.Admin.PostApiAsync("/cost/models", new { name = "per%cent", provider = "openai", input_price = 1 });
        var listed = await host.Admin.GetApiAsync("/cost/models?search=" + Uri.EscapeDataString("r%c"));
        Assert.Equal(["per%cent"], listed.Data.Select(price => price.GetProperty("name").GetString()));
    }
}
