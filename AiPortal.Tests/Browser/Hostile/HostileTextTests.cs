using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace AiPortal.Tests.Browser.Hostile;

/// <summary>
/// Five hundred hostile texts in every field that people, applications and providers fill: names, tags, prompts, answers, errors, models, user
/// agents. No script runs on any page, and the browser reports none that it had to stop.
/// </summary>
public sealed class HostileTextTests(PortalHost host, ChromiumBrowser browser, ITestOutputHelper output) : IClassFixture<PortalHost>, IClassFixture<ChromiumBrowser>
{
    private readonly IReadOnlyList<string> _texts = HostileTexts.All;
    private int _taken;
    private int _refused;

    [Fact]
    public async Task Text_OfAnyField_IsText_OnEveryPage()
    {
        Assert.True(_texts.Count >= 500, $"only {_texts.Count}");
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeUpstreamReply.Plain(_texts[0] + _texts[1], FakeUpstreamReply.Usage(10, 5)));
        await FillAsync(upstream);
        var call = await CallAsync(upstream);
        output.WriteLine($"{_texts.Count} texts, {_taken} taken, {_refused} refused");

        await using var visit = await browser.VisitAsync(host.BaseUrl);
        var (page, said) = (visit.Page, new List<string>());
        await page.AddInitScriptAsync($"window.{HostileTexts.Function} = () => {{ window.ran = (window.ran ?? 0) + 1; }}");
        page.Dialog += async (_, dialog) => { said.Add("a dialog: " + dialog.Message); await dialog.DismissAsync(); };
        page.Request += (_, request) => { if (request.Url.Contains("hostile.invalid", StringComparison.Ordinal)) said.Add("asked for " + request.Url); };
        await visit.SignInAsync();
        foreach (var path in (string[])["/", "/keys", "/members", "/structure", "/providers", "/models", "/budgets", "/calls", $"/calls/{call}", "/routes", "/approvals", "/audit", "/key-access", "/access", "/corrections", "/bills", "/playground", "/alerts", "/settings"])
        {
            await page.GotoAsync(path);
            await visit.LiveAsync();
            await Assertions.Expect(page.Locator("main .skeleton, main .rz-datatable-loading")).ToHaveCountAsync(0);
            await ScrollAsync(page);
            if (await page.EvaluateAsync<int>("window.ran ?? 0") > 0) said.Add(path + " ran a script");
        }

        await page.GotoAsync("/keys?q=" + Uri.EscapeDataString(_texts[3]));
        await visit.LiveAsync();
        await Assertions.Expect(page.Locator(".search-box input").First).ToHaveValueAsync(_texts[3]);
        await page.Keyboard.PressAsync("Control+K");
        await page.Keyboard.TypeAsync("<script>");
        await Assertions.Expect(page.Locator(".palette-hit").First).ToContainTextAsync("hostile()");
        if (await page.EvaluateAsync<int>("window.ran ?? 0") > 0) said.Add("the palette ran a script");
        Assert.True(said.Count == 0, string.Join('\n', said));
    }

    /// <summary>All are names of keys; some are those of everything else. What no name may hold is refused, never a fault.</summary>
    private async Task FillAsync(FakeUpstream upstream)
    {
        foreach (var text in _texts.Concat(HostileTexts.Ansi)) await MakeAsync("/keys", new { name = text });
        for (var i = 0; i < 40; i++)
        {
            var text = _texts[(i * 13) % _texts.Count];
            await MakeAsync("/teams", new { name = text });
            await MakeAsync("/projects", new { name = text });
            await MakeAsync("/cost/quotas", new { name = text, quota_type = "organization", total_quota = 1000 + i });
            await MakeAsync("/cost/models", new { name = text, provider = "p" + text, input_price = 1, output_price = 1, unit_size = 1000 });
            if (i % 4 == 0)
            {
                await MakeAsync("/providers", new { name = text, kind = "openai-compatible", base_url = upstream.BaseUrl, api_key = text, models = new[] { text }, allow_private = true });
                await MakeAsync("/members", new { email = $"hostile{i}@example.com", name = text, role = "member", password = "a-long-enough-secret" });
            }
        }
    }

    private async Task MakeAsync(string path, object body)
    {
        using var answer = await host.Admin.PostAsJsonAsync("/api/v1" + path, body);
        if (answer.IsSuccessStatusCode) _taken++;
        else _refused++;
        Assert.True((int)answer.StatusCode < 500, $"{path} {JsonSerializer.Serialize(body)}: {answer.StatusCode}");
    }

    /// <summary>Calls by a hostile application to a hostile provider; gives the last one's id.</summary>
    private async Task<string> CallAsync(FakeUpstream upstream)
    {
        (await host.Admin.PatchAsJsonAsync($"/api/v1/organizations/{host.OrganizationId}", new { body_logging = "on" })).EnsureSuccessStatusCode();
        await MakeAsync("/providers", new { name = "Echo", kind = "openai-compatible", base_url = upstream.BaseUrl, api_key = "k", models = new[] { "echo" }, allow_private = true });
        await MakeAsync("/cost/models", new { name = "echo", provider = "Echo", input_price = 1, output_price = 1, unit_size = 1000 });
        var key = await host.Admin.PostApiAsync("/keys", new { name = "Caller", tags = new Dictionary<string, string> { ["purpose"] = _texts[2] } });
        using var client = host.WithBearer(key.Text("key")!);
        var id = "";
        for (var i = 0; i < 40; i++)
        {
            var text = _texts[(i * 11) % _texts.Count];
            if (i % 4 == 1) upstream.Next(FakeUpstreamReply.Json(400, JsonSerializer.Serialize(new { error = new { message = text, type = text, code = text } })));
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
            {
                Content = JsonContent.Create(new { model = i % 7 == 3 ? text : "echo", user = text, messages = new[] { new { role = "user", content = text } }, metadata = new Dictionary<string, string> { ["from"] = text } }),
            };
            if (text.All(char.IsAscii))
            {
                request.Headers.TryAddWithoutValidation("User-Agent", text);
                request.Headers.TryAddWithoutValidation("x-portal-session", text);
                request.Headers.TryAddWithoutValidation("x-portal-tags", "a=" + text);
            }

            using var answer = await client.SendAsync(request);
            Assert.True((int)answer.StatusCode < 500 || answer.StatusCode == HttpStatusCode.BadGateway, $"{text}: {answer.StatusCode}");
            if (answer.IsSuccessStatusCode) id = answer.Headers.GetValues("x-request-id").Single();
        }

        return id;
    }

    /// <summary>Through what is virtualized.</summary>
    private static async Task ScrollAsync(IPage page)
    {
        var rows = page.Locator(".rz-data-grid-data");
        if (await rows.CountAsync() == 0) return;
        for (var step = 1; step <= 8; step++)
        {
            await rows.First.EvaluateAsync("(table, part) => { table.scrollTop = table.scrollHeight * part; }", step / 8.0);
            await Assertions.Expect(page.Locator("main .rz-datatable-loading")).ToHaveCountAsync(0);
        }
    }
}
