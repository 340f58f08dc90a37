using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;

namespace AiPortal.Tests.Fixtures;

/// <summary>
/// What a person does in a rendered page. Finding and doing are one step of the renderer: a page that still loads cannot
/// render in between and take the element away.
/// </summary>
internal static class Hand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static Task ChangeAsync<T>(this IRenderedComponent<T> page, string selector, string value) where T : IComponent =>
        page.InvokeAsync(() => page.Find(selector).ChangeAsync(value));

    public static Task TypeAsync<T>(this IRenderedComponent<T> page, string selector, string text) where T : IComponent =>
        page.InvokeAsync(() => page.Find(selector).InputAsync(text));

    public static Task ClickAsync<T>(this IRenderedComponent<T> page, string selector) where T : IComponent =>
        page.InvokeAsync(() => page.Find(selector).ClickAsync());

    public static Task SubmitAsync<T>(this IRenderedComponent<T> page) where T : IComponent =>
        page.InvokeAsync(() => page.Find("form").SubmitAsync());

    public static Task SeenAsync<T>(this IRenderedComponent<T> page, string selector) where T : IComponent =>
        page.SoonAsync(() => page.Find(selector));

    /// <summary>
    /// Looks again and again until what is asserted holds. The library's own waits look only when they are told of a render
    /// and block a thread meanwhile; a render that ends while they begin is never told.
    /// </summary>
    public static async Task SoonAsync<T>(this IRenderedComponent<T> page, Action holds) where T : IComponent
    {
        Exception? fault = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    await page.InvokeAsync(holds);
                    return true;
                }
                catch (Exception e) when (e is Xunit.Sdk.XunitException or ElementNotFoundException)
                {
                    fault = e;
                    return false;
                }
            },
            Patience, () => $"{fault?.Message}{Environment.NewLine}{page.Markup}");
    }
}
