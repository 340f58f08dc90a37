using Microsoft.Playwright;
using Xunit;

namespace AiPortal.Tests.Browser;

/// <summary>The system's Chromium, one per test class: <c>IClassFixture&lt;ChromiumBrowser&gt;</c>.</summary>
public sealed class ChromiumBrowser : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable"];
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        var program = Array.Find(Places, File.Exists) ?? throw new InvalidOperationException("Chromium is not installed: " + string.Join(", ", Places));
        // A condition that comes late on a loaded machine is not a fault; one that never comes still is.
        Assertions.SetDefaultExpectTimeout(25_000);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
            // Chromium's sandbox refuses to run as root.
            Args = Environment.UserName == "root" ? ["--no-sandbox", "--disable-gpu"] : ["--disable-gpu"],
        });
    }

    /// <summary>A fresh profile on a site. Every breach of the content security policy and every script error is noted in <see cref="Visit.Faults"/>.</summary>
    public async Task<Visit> VisitAsync(Uri site, string language = "en-US", int width = 1440, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = site.ToString(),
            Locale = language,
            ColorScheme = scheme,
            ViewportSize = new ViewportSize { Width = width, Height = height },
            AcceptDownloads = true,
        });
        return new Visit(context, await context.NewPageAsync());
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
