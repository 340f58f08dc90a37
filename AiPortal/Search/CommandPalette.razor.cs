using AiPortal.Access;
using AiPortal.Core.Search;
using AiPortal.Shell;
using AiPortal.Shell.Navigation;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Search;

/// <summary>From anywhere to any page or thing by a few letters: Ctrl+K.</summary>
public sealed partial class CommandPalette : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(120);

    private IReadOnlyList<(string Heading, IReadOnlyList<PaletteEntry> Entries)> _groups = [];
    private IReadOnlyList<SearchHit> _hits = [];
    private CancellationTokenSource? _waiting;
    private string _text = "";

    [Inject] internal IStringLocalizer<SearchText> Text { get; init; } = default!;

    [Inject] internal IStringLocalizer<ShellText> Names { get; init; } = default!;

    [Inject] internal PortalSearch Search { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    [CascadingParameter] private Viewer Viewer { get; set; } = Viewer.None;

    protected override void OnParametersSet() => Arrange();

    public void Dispose() => Forget();

    private async Task TypedAsync(ChangeEventArgs typed)
    {
        Forget();
        var waiting = _waiting = new CancellationTokenSource();
        _text = typed.Value?.ToString()?.Trim() ?? "";
        await Task.Delay(Pause, Clock, waiting.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (waiting != _waiting) return;
        var asked = _text;
        var hits = await Current.FindHereAsync() is var (actor, organization) ? await Search.FindAsync(actor, organization, asked) : [];
        // The reader may have typed on meanwhile.
        if (asked != _text) return;
        _hits = hits;
        Arrange();
    }

    private void Arrange()
    {
        var pages = NavItems.For(Viewer.Permissions)
            .Where(item => Names[item.TextKey].Value.Contains(_text, StringComparison.CurrentCultureIgnoreCase) || item.Route.Contains(_text, StringComparison.OrdinalIgnoreCase))
            .Select(item => new PaletteEntry(item.Icon, Names[item.TextKey], null, item.Route)).ToList();
        var groups = new List<(string, IReadOnlyList<PaletteEntry>)>();
        if (pages.Count > 0) groups.Add((Text["Kind.Page"], pages));
        groups.AddRange(_hits.GroupBy(hit => hit.Kind).Select(kind => (Text["Kind." + kind.Key].Value, (IReadOnlyList<PaletteEntry>)[.. kind.Select(PaletteEntry.Of)])));
        _groups = groups;
    }

    private void Forget()
    {
        var waiting = _waiting;
        _waiting = null;
        waiting?.Cancel();
        waiting?.Dispose();
    }
}
