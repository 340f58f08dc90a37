using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using AiPortal.Core.Routing.Routes;
using AiPortal.Routing;
using AiPortal.Tests.Fixtures;
using Bunit;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Routing;

public sealed class RoutesPageTests(PortalHost host) : PageTest(host)
{
    private Actor Actor => Core.Access.Actor.ForSystem("test", OrganizationId);

    private async Task<ProviderAccount> AccountAsync(string name, params string[] models) =>
        (await Host.Services.GetRequiredService<AddProvider>().RunAsync(Actor, OrganizationId, new ProviderDraft(name, "openai-compatible", "http://127.0.0.1:9/v1", Models: models, AllowPrivate: true))).Value;

    [Fact]
    public async Task Dialog_FaultsBesideTheirFields_ThenRouteAsFilledIn()
    {
        var account = await AccountAsync("Dialog account", "dialog-model");
        var dialog = Render<RouteDialog>();
        await dialog.SoonAsync(() => Assert.False(dialog.Find("fieldset.targets > button").HasAttribute("disabled")));
        await dialog.ClickAsync("fieldset.targets > button");
        await dialog.ChangeAsync("#target-0-account", account.Id.ToString());
        await dialog.ChangeAsync("#target-0-weight", "0");
        await dialog.ChangeAsync("#route-attempts", "99");
        await dialog.SubmitAsync();
        await dialog.SoonAsync(() => Assert.Equal("Must not be empty.", dialog.Find("#route-name-error").TextContent));
        Assert.Equal("Must not be empty.", dialog.Find("#route-model-error").TextContent);
        Assert.Contains("from 1 to 1000", dialog.Find("#target-0-weight-error").TextContent, StringComparison.Ordinal);
        Assert.True(dialog.Find("details").HasAttribute("open"));

        await dialog.ChangeAsync("#route-name", "From the dialog");
        await dialog.ChangeAsync("#route-model", "dialog-*");
        await dialog.ChangeAsync("#route-strategy", "CacheAware");
        Assert.Contains("begin alike", dialog.Find("#route-strategy-help").TextContent, StringComparison.Ordinal);
        await dialog.ChangeAsync("#target-0-weight", "3");
        await dialog.ChangeAsync("#target-0-model", "dialog-model");
        await dialog.ChangeAsync("#route-attempts", "2");
        await dialog.SubmitAsync();
        var row = await SavedAsync("From the dialog");
        Assert.Equal(("dialog-*", RouteStrategy.CacheAware, 2), (row.Model, row.Strategy, row.MaxAttempts));
        Assert.Equal(new RouteTarget(account.Id, "dialog-model", 3), Assert.Single(row.Targets));
    }

    /// <summary>Asked for outside the page's own step: what waits there for the database would wait for itself.</summary>
    private async Task<ModelRoute> SavedAsync(string name)
    {
        var list = Host.Services.GetRequiredService<RouteList>();
        ModelRoute? saved = null;
        await Eventually.HoldsAsync(
            async () => (saved = (await list.PageAsync(OrganizationId, name, Cursor.MaxLimit, null)).Data.SingleOrDefault()) is not null,
            TimeSpan.FromSeconds(15), () => $"No route '{name}' was saved.");
        return saved!;
    }

    [Theory]
    [InlineData("en", "no enabled account serves it")]
    [InlineData("zh-CN", "没有启用的账户提供该模型")]
    public async Task Trial_UnknownModel_SaysWhoIsLeftOutAndWhy(string culture, string words)
    {
        await AccountAsync("Trial " + culture, "trial-model");
        Speak(culture);
        var panel = Render<TrialPanel>();
        await panel.TypeAsync("#trial-model", "nobody-has-this");
        await panel.SubmitAsync();
        await panel.SoonAsync(() => Assert.Contains(words, panel.Find(".trial-summary").TextContent, StringComparison.Ordinal));
        Assert.Contains("Trial " + culture, panel.Find(".trial-skipped").TextContent, StringComparison.Ordinal);
        await panel.TypeAsync("#trial-model", "");
        await panel.SubmitAsync();
        await panel.SoonAsync(() => Assert.NotEmpty(panel.FindAll("#trial-model-error")));
    }

    [Fact]
    public async Task Page_ListsRoutesWithTheirTargets()
    {
        var account = await AccountAsync("Listed account", "listed-model");
        await Host.Services.GetRequiredService<CreateRoute>().RunAsync(Actor, OrganizationId,
            new RouteDraft("Listed route", "listed-*", RouteStrategy.Weighted, [new RouteTarget(account.Id), new RouteTarget(account.Id, "cheap", 1, 1)]));
        var page = Render<RoutesPage>();
        await page.SoonAsync(() =>
        {
            Assert.Contains("Listed route", page.Markup, StringComparison.Ordinal);
            Assert.Contains("Listed account → Listed account (cheap)", page.Markup, StringComparison.Ordinal);
        });
    }
}
