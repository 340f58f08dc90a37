using AiPortal.Catalog;
using AiPortal.Core.Catalog;
using AiPortal.Tests.Fixtures;
using Bunit;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Catalog;

public sealed class PriceDialogTests(PortalHost host) : PageTest(host)
{
    [Fact]
    public async Task Save_WithoutNameAndPrice_ShowsEachFaultBesideItsField()
    {
        var dialog = await DialogAsync(new PriceDraft { Provider = "openai" });
        await dialog.SubmitAsync();

        await dialog.SoonAsync(() => Assert.Equal("Must not be empty.", dialog.Find("#price-name-error").TextContent));
        Assert.Equal("true", dialog.Find("#price-name").GetAttribute("aria-invalid"));
        Assert.Equal("A price of zero needs free: true.", dialog.Find("#price-free-help").TextContent);
        Assert.Empty(dialog.FindAll(".form-fault"));
    }

    [Fact]
    public async Task Save_InChinese_SpeaksChinese()
    {
        Speak("zh-CN");
        var dialog = await DialogAsync(new PriceDraft { Provider = "openai" });
        await dialog.SubmitAsync();
        await dialog.SoonAsync(() => Assert.Equal("必填，最多 256 个字符。", dialog.Find("#price-name-error").TextContent));
    }

    [Fact]
    public async Task Save_WithAFaultAmongTheFoldedFields_UnfoldsThem()
    {
        var dialog = await DialogAsync(new PriceDraft { Provider = "openai", Name = "gpt-folded", InputPrice = 1, OutputPrice = 2 });
        Assert.False(dialog.Find("details").HasAttribute("open"));
        await dialog.ChangeAsync("#price-most", "0");
        await dialog.SubmitAsync();
        await dialog.SoonAsync(() => Assert.Equal("Must be at least 1.", dialog.Find("#price-most-error").TextContent));
        Assert.True(dialog.Find("details").HasAttribute("open"));
    }

    [Fact]
    public async Task Save_OfAPriceThatOverlapsAnother_SaysSoForTheWholeForm()
    {
        var draft = new PriceDraft { Provider = "openai", Name = "gpt-twice", InputPrice = 1.5m, OutputPrice = 2 };
        await (await DialogAsync(draft)).SubmitAsync();
        var sheet = Host.Services.GetRequiredService<PriceSheet>();
        var (rows, total) = await sheet.ReadAsync(OrganizationId, new PriceSheetQuery { View = PriceSelection.Own, Search = "gpt-twice" });
        Assert.Equal(1, total);
        Assert.Equal(1.5m, rows[0].Row.InputPrice);

        var again = await DialogAsync(draft);
        await again.SubmitAsync();
        await again.SoonAsync(() => Assert.Contains("of the same model is in force", again.Find(".form-fault").TextContent, StringComparison.Ordinal));
    }

    private async Task<IRenderedComponent<PriceDialog>> DialogAsync(PriceDraft draft)
    {
        var dialog = Render<PriceDialog>(p => p.Add(d => d.Draft, draft));
        await dialog.SeenAsync("#price-provider option[value=openai]");
        return dialog;
    }
}
