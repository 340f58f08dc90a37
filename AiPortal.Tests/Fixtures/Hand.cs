using Bunit;
using Microsoft.AspNetCore.Components;

namespace AiPortal.Tests.Fixtures;

/// <summary>
/// What a person does in a rendered page. Finding and doing are one step of the renderer: a page that still loads cannot
/// render in between and take the element away.
/// </summary>
internal static class Hand
{
    public static Task ChangeAsync<T>(this IRenderedComponent<T> page, string selector, string value) where T : IComponent =>
        page.InvokeAsync(() => page.Find(selector).ChangeAsync(value));

    public static Task TypeAsync<T>(this IRenderedComponent<T> page, string selector, string text) where T : IComponent =>
        page.InvokeAsync(() => page.Find(selector).InputAsync(text));

    public static Task ClickAsync<T>(this IRenderedComponent<T> page, string selector) where T : IComponent =>
        page.InvokeAsync(() => page.Find(selector).ClickAsync());

    public static Task SubmitAsync<T>(this IRenderedComponent<T> page) where T : IComponent =>
        page.InvokeAsync(() => page.Find("form").SubmitAsync());
}
