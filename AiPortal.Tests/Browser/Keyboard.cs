using System.Text.Json;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser;

/// <summary>A person without a mouse: what has the focus, and what the Tab key reaches.</summary>
internal static class Keyboard
{
    private const int MostSteps = 250;

    /// <summary>More than any page has to be gone through.</summary>
    private const int MostAround = 800;

    private const string Watch = """
        () => {
          const interactive = "a[href], button, input, select, textarea, summary, [tabindex], [contenteditable=true], [role=button], [role=link]";
          // One radio button of a group, one tab of a list and one row of a table take the focus; arrows move within.
          const within = "[role=option], [role=tab][tabindex='-1'], [role=menuitem][tabindex='-1'], .rz-data-grid td *, .rz-data-grid th, .rz-data-grid th *";
          const isSeen = (element) => element.getClientRects().length > 0 && element.checkVisibility({ visibilityProperty: true }) && !element.closest("[inert], [aria-hidden=true]");
          const name = (element) => `${element.tagName.toLowerCase()}${element.id ? "#" + element.id : ""}.${(element.getAttribute("class") ?? "").trim().split(/\s+/).join(".")} "${(element.getAttribute("aria-label") ?? element.textContent).trim().slice(0, 40)}"`;
          const isRing = (style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
          const watch = { reached: new Set(), unseen: new Set() };
          window.keyboardWatch = watch;
          document.addEventListener("focusin", (event) => {
            const element = event.target;
            watch.reached.add(element);
            const box = element.getBoundingClientRect();
            const parts = [element, ...element.querySelectorAll("*")].slice(0, 40);
            // Where the mark of the focus is drawn: on it, within it (the marked row of a table), or around it.
            const marked = parts.some((part) => isRing(getComputedStyle(part))) || isRing(getComputedStyle(element.parentElement)) || element.querySelector(".rz-state-focused");
            if (!marked && element.tagName !== "H1" && element.id !== "content") watch.unseen.add(`${name(element)} shows no focus`);
            if (box.bottom <= 0 || box.right <= 0 || box.top >= innerHeight || box.left >= innerWidth) watch.unseen.add(`${name(element)} is out of sight when it has the focus`);
          });
          watch.wanted = () => [...document.querySelectorAll(interactive)].filter((element) => isSeen(element) && !element.disabled && !element.matches(within) && (element.tabIndex >= 0 || element.matches("a[href], button, input, select, textarea, summary")))
            .filter((element) => element.type !== "radio" || element.checked || ![...document.getElementsByName(element.name)].some((other) => other.checked));
          // What a mouse can click and nothing else: a hand over something that is no control, in no control and around none.
          watch.mouseOnly = () => [...document.querySelectorAll("main *")].filter((element) => isSeen(element) && getComputedStyle(element).cursor === "pointer"
            && !element.closest(interactive) && !element.closest("label, svg, .rz-data-grid, tr") && !element.querySelector(interactive)).map((element) => `${name(element)} is for a mouse only`);
          watch.missed = () => [...new Set(watch.wanted().filter((element) => !watch.reached.has(element)).map((element) => `${name(element)} is not reached by Tab`))];
        }
        """;

    /// <summary>Tabs once around the page, and says what is wrong with it for somebody without a mouse.</summary>
    public static async Task<IReadOnlyList<string>> FaultsAsync(IPage page)
    {
        await page.EvaluateAsync(Watch);
        await page.EvaluateAsync("() => { document.activeElement?.blur(); window.getSelection()?.removeAllRanges(); }");
        // A grid's rows may come meanwhile, each with what can be used in it; a trap would keep the rest from being reached however long one goes on.
        for (var steps = 0; steps < MostAround; steps++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (steps % 40 == 39 && await page.EvaluateAsync<int>("() => window.keyboardWatch.missed().length") == 0) break;
        }

        var faults = await page.EvaluateAsync<JsonElement>("() => [...window.keyboardWatch.missed(), ...window.keyboardWatch.unseen, ...window.keyboardWatch.mouseOnly()]");
        return [.. faults.EnumerateArray().Select(fault => fault.GetString()!)];
    }

    /// <summary>Tab, until what is wanted has the focus.</summary>
    public static async Task TabToAsync(this IPage page, string selector)
    {
        for (var i = 0; i < MostSteps; i++)
        {
            if (await page.EvaluateAsync<bool>("selector => document.activeElement?.matches(selector) === true", selector)) return;
            await page.Keyboard.PressAsync("Tab");
        }

        Assert.Fail($"Tab does not reach {selector} on {page.Url}; the focus is on {await FocusAsync(page)}.");
    }

    /// <summary>What has the focus, in words; <c>body</c> where it is lost.</summary>
    public static Task<string> FocusAsync(IPage page) =>
        page.EvaluateAsync<string>("() => { const a = document.activeElement; return a === document.body || !a ? 'body' : `${a.tagName.toLowerCase()}#${a.id}.${a.className}`; }");

    /// <summary>To the table, down to its first row, and into it.</summary>
    public static async Task OpenFirstRowAsync(this IPage page)
    {
        await page.TabToAsync(".rz-data-grid-data");
        await page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(page.Locator(".rz-data-row.rz-state-focused")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".drawer")).ToBeVisibleAsync();
    }

    /// <summary>Esc, once the dialog that is open listens for it.</summary>
    public static async Task EscapeDialogAsync(this IPage page)
    {
        await page.WaitForFunctionAsync("() => document.querySelector('.rz-dialog-content')?.options?.closeDialogOnEsc === true");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator(".rz-dialog")).ToHaveCountAsync(0);
    }

    /// <summary>After something closed: the focus is on what opened it, or what is told.</summary>
    public static async Task HasFocusAsync(this IPage page, string selector)
    {
        try
        {
            await page.WaitForFunctionAsync("selector => document.activeElement?.matches(selector) === true", selector, new() { Timeout = 15_000 });
        }
        catch (TimeoutException)
        {
            Assert.Fail($"The focus should be on {selector}, and is on {await FocusAsync(page)} of {page.Url}.");
        }
    }
}
