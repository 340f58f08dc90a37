using System.Collections.Concurrent;
using AiPortal.Tests.Fixtures;
using Microsoft.Playwright;
using Xunit;

namespace AiPortal.Tests.Browser;

/// <summary>A person's browser on the portal, with what went wrong in it.</summary>
public sealed class Visit : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _faults = new();

    internal Visit(IBrowserContext context, IPage page)
    {
        Context = context;
        Page = page;
        page.PageError += (_, error) => _faults.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.OrdinalIgnoreCase)) _faults.Enqueue(message.Text);
        };
    }

    public IBrowserContext Context { get; }

    public IPage Page { get; }

    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>A part of the faults that this visit cannot do without.</summary>
    public string? Forgiven { get; set; }

    /// <summary>Signs in by the form and ends on <paramref name="path"/>, live.</summary>
    public async Task SignInAsync(string path = "/", string email = PortalHost.AdminEmail, string password = PortalHost.AdminPassword)
    {
        await Page.GotoAsync("/sign-in?returnUrl=" + Uri.EscapeDataString(path));
        await Page.FillAsync("input[type=email]", email);
        await Page.FillAsync("input[type=password]", password);
        await Page.ClickAsync("form button.button-primary");
        await LiveAsync();
    }

    /// <summary>Waits until the page itself, made by the circuit, stands in place of its skeleton.</summary>
    public async Task LiveAsync()
    {
        await Page.WaitForSelectorAsync("main h1");
        await Assertions.Expect(Page.Locator(".page-skeleton")).ToHaveCountAsync(0);
    }

    /// <summary>Whether anything is wider than the window.</summary>
    public Task<bool> ScrollsSidewaysAsync() => Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > window.innerWidth");

    public async ValueTask DisposeAsync()
    {
        await Context.DisposeAsync();
        Assert.DoesNotContain(_faults, fault => Forgiven is null || !fault.Contains(Forgiven, StringComparison.Ordinal));
    }
}
