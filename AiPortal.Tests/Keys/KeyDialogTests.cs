using AiPortal.Core.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Keys;
using AiPortal.Core.Money;
using AiPortal.Keys;
using AiPortal.Tests.Fixtures;
using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Keys;

public sealed class KeyDialogTests(PortalHost host) : PageTest(host)
{
    [Fact]
    public async Task Create_WithOwnerModelsBudgetAndLimits_IssuesTheKeyAsTyped()
    {
        var choices = await Host.Services.GetRequiredService<KeySheet>().ChoicesAsync(OrganizationId);
        var dialog = Render<KeyDialog>();
        await dialog.SeenAsync($"#key-owner option[value='{choices.Owners[0].Id}']");
        await dialog.TypeAsync("#key-name", "  Search backend ");
        await dialog.ChangeAsync("#key-owner", choices.Owners[0].Id.ToString());
        await dialog.ChangeAsync("#key-budget", "99.50");
        await dialog.ChangeAsync("#key-period", "Weekly");
        await dialog.ChangeAsync("#key-hold", "strict");
        await dialog.ChangeAsync("#key-models", "gpt-5.4, gpt-5.4-mini");
        await dialog.ChangeAsync("#key-rpm", "600");
        await dialog.ChangeAsync("#key-concurrency", "4");
        await dialog.SubmitAsync();

        var key = await FindAsync("Search backend");
        Assert.Equal((choices.Owners[0].Id, 600, null, 4), (key.Key.OwnerUserId, key.Key.Rpm, key.Key.Tpm, key.Key.Concurrency));
        Assert.Equal(["gpt-5.4", "gpt-5.4-mini"], key.Key.Models!);
        Assert.Equal(new KeyBudgetTerms(99.50m, PeriodType.Weekly, "strict", "block"), key.Budget);
    }

    [Fact]
    public async Task Create_WithFaults_ShowsThemBesideTheirFields_AndMakesNothing()
    {
        var dialog = Render<KeyDialog>();
        await dialog.TypeAsync("#key-name", " ");
        await dialog.ChangeAsync("#key-budget", "-5");
        await dialog.ChangeAsync("#key-allow", "10.0.0.0/99");
        await dialog.ChangeAsync("#key-rpm", "0");
        await dialog.SubmitAsync();
        await dialog.SeenAsync("#key-name-error");
        Assert.NotEmpty(dialog.FindAll("#key-budget-error, #key-rpm-error, #key-allow-error"));
        Assert.Equal("true", dialog.Find("#key-name").GetAttribute("aria-invalid"));
        Assert.True(dialog.Find("details").HasAttribute("open"));

        await dialog.ChangeAsync("#key-budget", "many");
        await dialog.SubmitAsync();
        await dialog.SoonAsync(() => Assert.Contains("100", dialog.Find("#key-budget-error").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Create_InChinese_ExplainsInChinese()
    {
        Speak("zh-CN");
        var dialog = Render<KeyDialog>();
        await dialog.SubmitAsync();
        await dialog.SeenAsync("#key-name-error");
        Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", dialog.Find("#key-name-error").TextContent);
    }

    [Fact]
    public async Task Edit_ShowsWhatIsThere_AndKeepsWhatIsNotTouched()
    {
        var draft = new KeyDraft { Name = "Edited", Tpm = 1000, Models = ["gpt-5.4"], Budget = new KeyBudgetTerms(7, PeriodType.Monthly, "learned", "alert") };
        var actor = Actor.ForSystem("test", OrganizationId);
        var issued = (await Host.Services.GetRequiredService<IssueKey>().RunAsync(actor, OrganizationId, draft)).Value;
        var dialog = Render<KeyDialog>(p => p.Add(d => d.Listing, issued.Listing));
        Assert.Equal(("Edited", "7", "gpt-5.4"), (Shown(dialog, "#key-name"), Shown(dialog, "#key-budget"), Shown(dialog, "#key-models")));
        await dialog.ChangeAsync("#key-budget", "8");
        await dialog.SubmitAsync();

        var key = await FindAsync("Edited");
        Assert.Equal((8m, "alert", 1000), (key.Budget!.Limit, key.Budget.Action, key.Key.Tpm));
    }

    [Fact]
    public async Task Secret_IsShownOnce_WithSnippetsThatHoldIt()
    {
        var actor = Actor.ForSystem("test", OrganizationId);
        var issued = (await Host.Services.GetRequiredService<IssueKey>().RunAsync(actor, OrganizationId, new KeyDraft { Name = "Secret" })).Value;
        var dialog = Render<KeySecretDialog>(p => p.Add(d => d.Issued, issued));
        Assert.Equal(issued.Secret, dialog.Find("[data-secret]").TextContent.Trim());
        Assert.Contains(issued.Secret, dialog.Find("pre").TextContent, StringComparison.Ordinal);

        // Nothing that is read later has it.
        var page = Render<KeyDialog>(p => p.Add(d => d.Listing, (KeyListing?)issued.Listing));
        Assert.DoesNotContain(issued.Secret, page.Markup, StringComparison.Ordinal);
        await using var db = Host.Database.Portal.OpenSystem();
        Assert.DoesNotContain(issued.Secret, (await db.Set<ApiKey>().SingleAsync(k => k.Name == "Secret")).Prefix, StringComparison.Ordinal);
    }

    private static string? Shown(IRenderedComponent<KeyDialog> dialog, string field) => dialog.Find(field).GetAttribute("value");

    private async Task<KeyListing> FindAsync(string name)
    {
        await using var db = Host.Database.Portal.OpenSystem();
        var id = await db.Set<ApiKey>().Where(k => k.Name == name).Select(k => k.Id).SingleAsync();
        return (await Host.Services.GetRequiredService<KeyList>().FindAsync(OrganizationId, id))!;
    }
}
