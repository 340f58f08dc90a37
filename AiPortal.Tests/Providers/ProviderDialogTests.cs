using AiPortal.Core.Access;
using AiPortal.Core.Providers;
using AiPortal.Providers;
using AiPortal.Tests.Fixtures;
using Bunit;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Providers;

public sealed class ProviderDialogTests(PortalHost host) : PageTest(host)
{
    [Fact]
    public async Task Kind_Chosen_BringsItsAddressAndName_AndLeavesTypedOnesAlone()
    {
        var dialog = Render<ProviderDialog>();
        await dialog.ChangeAsync("#provider-kind", "deepseek");
        Assert.Equal("https://api.deepseek.com", dialog.Find("#provider-url").GetAttribute("value"));
        Assert.Equal("DeepSeek", dialog.Find("#provider-name").GetAttribute("value"));

        await dialog.TypeAsync("#provider-url", "https://proxy.example.com/v1");
        await dialog.ChangeAsync("#provider-name", "Our proxy");
        await dialog.ChangeAsync("#provider-kind", "openai");
        Assert.Equal("https://proxy.example.com/v1", dialog.Find("#provider-url").GetAttribute("value"));
        Assert.Equal("Our proxy", dialog.Find("#provider-name").GetAttribute("value"));
    }

    [Fact]
    public async Task Kind_Sandbox_IsLabelledAndAsksForNeitherAddressNorSecret()
    {
        var dialog = Render<ProviderDialog>();
        await dialog.ChangeAsync("#provider-kind", "sandbox");
        Assert.Contains("made-up text", dialog.Find("#provider-kind-help").TextContent, StringComparison.Ordinal);
        Assert.Empty(dialog.FindAll("#provider-url, #provider-key"));
    }

    [Fact]
    public async Task Save_WithFaults_ShowsThemBesideTheirFields()
    {
        var dialog = Render<ProviderDialog>();
        await dialog.ChangeAsync("#provider-kind", "openai-compatible");
        await dialog.ChangeAsync("#provider-name", "");
        await dialog.TypeAsync("#provider-url", "ftp://x");
        await dialog.ChangeAsync("#provider-priority", "-1");
        await dialog.SubmitAsync();
        await dialog.SoonAsync(() => Assert.Equal("Must be an absolute http or https address.", dialog.Find("#provider-url-error").TextContent));
        Assert.Equal("Must not be empty.", dialog.Find("#provider-name-error").TextContent);
        Assert.True(dialog.Find("details").HasAttribute("open"));

        await dialog.ChangeAsync("#provider-map", "fast gpt-4.1-mini");
        await dialog.SubmitAsync();
        Assert.Contains("fast gpt-4.1-mini", dialog.Find("#provider-map-error").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Change_OfTheAddress_AsksForTheSecretAgain()
    {
        var draft = new ProviderDraft("Vendor A", "openai-compatible", "https://a.example.com/v1", new CredentialChange("sk-0123456789abcdef"));
        var actor = Actor.ForSystem("test", OrganizationId);
        var added = await Host.Services.GetRequiredService<AddProvider>().RunAsync(actor, OrganizationId, draft);
        var dialog = Render<ProviderDialog>(p => p.Add(d => d.Account, added.Value));
        Assert.Equal("Leave empty to keep the stored one.", dialog.Find("#provider-key-help").TextContent);
        Assert.Equal("…cdef", dialog.Find("#provider-key").GetAttribute("placeholder"));

        await dialog.TypeAsync("#provider-url", "https://b.example.com/v1");
        Assert.Equal("A new address needs the secret again.", dialog.Find("#provider-key-help").TextContent);
        await dialog.SubmitAsync();
        await dialog.SoonAsync(() => Assert.Equal("A new address needs the credential again.", dialog.Find("#provider-key-error").TextContent));
    }
}
