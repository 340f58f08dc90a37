using AiPortal.Tests.Fixtures;
using AiPortal.Ui.Panels;
using Bunit;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Radzen;
using Radzen.Blazor;
using Xunit;

namespace AiPortal.Tests.Ui;

public sealed class PanelsTests : WidgetTest
{
    [Fact]
    public void SecretOnce_CanBeCopiedTriedAndPutAway()
    {
        var stored = false;
        var shown = new SecretsShown();
        Services.AddSingleton(shown);
        var secret = Render<SecretOnce>(p => p
            .Add(s => s.Secret, "sk-ap-1")
            .Add(s => s.Snippets, [new Snippet("curl", "curl x"), new Snippet("Python", "import openai")])
            .Add(s => s.OnStored, () => stored = true));
        Assert.Equal("sk-ap-1", secret.Find(".secret-box [data-copy]").GetAttribute("data-copy"));
        Assert.Equal("curl x", secret.Find("pre").TextContent);

        secret.FindAll(".segments button")[1].Click();
        Assert.Equal("import openai", secret.Find("pre").TextContent);
        Assert.Equal("import openai", secret.Find(".snippets [data-copy]").GetAttribute("data-copy"));

        Assert.True(shown.Any);
        secret.Find(".button-primary").Click();
        Assert.True(stored);
    }

    [Fact]
    public void Drawer_OnEscape_AsksToBeClosed()
    {
        bool? open = null;
        var drawer = Render<Drawer>(p => p.Add(d => d.Open, true).Add(d => d.Title, "A call").Add(d => d.OpenChanged, value => open = value).AddChildContent("body"));
        Assert.Equal("A call", drawer.Find("[role=dialog]").GetAttribute("aria-label"));
        drawer.Find(".drawer").KeyDown(new KeyboardEventArgs { Key = "Escape" });
        Assert.False(open);

        drawer.Render(p => p.Add(d => d.Open, false));
        Assert.Empty(drawer.FindAll(".drawer"));
    }

    [Fact]
    public void ChartCard_SwitchesBetweenChartAndTable()
    {
        var card = Render<ChartCard>(p => p.Add(c => c.Title, "Which models?").AddChildContent("<i>chart</i>").Add(c => c.Table, "<table></table>"));
        Assert.NotNull(card.Find("i"));
        card.Find("[aria-pressed]").Click();
        Assert.Empty(card.FindAll("i"));
        Assert.NotNull(card.Find("table"));
        Assert.Equal("true", card.Find("[aria-pressed]").GetAttribute("aria-pressed"));
    }

    [Fact]
    public void ChartCard_WithoutData_SaysSo() =>
        Assert.Equal("Nothing in this period", Render<ChartCard>(p => p.Add(c => c.Title, "x").Add(c => c.Empty, true)).Find(".chart-empty").TextContent);

    [Fact]
    public void Segments_OnClick_GiveTheChosenValue()
    {
        var chosen = 7;
        var segments = Render<Segments<int>>(p => p.Add(s => s.Options, [(1, "Today"), (7, "7 days")]).Add(s => s.Value, 7).Add(s => s.ValueChanged, value => chosen = value));
        Assert.Equal("7 days", segments.Find("[aria-pressed=true]").TextContent);
        segments.Find("button").Click();
        Assert.Equal(1, chosen);
    }

    [Fact]
    public void Field_WithAnError_ShowsItInPlaceOfTheHelp()
    {
        var field = Render<Field>(p => p.Add(f => f.Label, "Budget").Add(f => f.For, "budget").Add(f => f.Help, "A month.").Add(f => f.Error, "A number above zero.").Add(f => f.Optional, true));
        Assert.Equal("Budget (optional)", field.Find("label[for=budget]").TextContent);
        Assert.Equal("A number above zero.", field.Find("[role=alert]").TextContent);
        Assert.Empty(field.FindAll(".field-help"));
    }

    [Theory]
    [InlineData(".button-stop", true)]
    [InlineData(".button:not(.button-stop)", false)]
    public async Task ConfirmDialog_GivesTheReadersAnswer(string button, bool answer)
    {
        var host = Render<RadzenDialog>();
        var asked = host.InvokeAsync(() => ConfirmDialog.AskAsync(Services.GetRequiredService<DialogService>(), "Revoke?", "It stops at once.", "Revoke", destructive: true));
        await host.SeenAsync(".confirm " + button);
        await host.ClickAsync(".confirm " + button);
        Assert.Equal(answer, await asked);
    }

    [Fact]
    public void DataTable_BeforeItsFirstRows_ShowsASkeletonNotAnEmptyTable()
    {
        var table = Render<DataTable<string>>(p => p
            .Add(t => t.Load, _ => new TaskCompletionSource<TablePage<string>>().Task)
            .Add(t => t.Columns, "")
            .Add(t => t.Empty, "<b>none</b>"));
        Assert.Equal("Loading", table.Find("[role=status]").GetAttribute("aria-label"));
        Assert.Empty(table.FindAll("b"));
    }
}
