using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Ui.Panels;

/// <summary>A field of several short texts: each is taken over by Enter, by a choice from the suggestions or by leaving the field; pasted lists are split. The page's script empties the field.</summary>
public sealed partial class ListInput
{
    private static readonly char[] Separators = [',', ';', ' ', '\n', '\r', '\t', '，', '、'];

    [Inject] internal IStringLocalizer<UiText> Words { get; init; } = default!;

    [Parameter, EditorRequired] public string Id { get; set; } = "";

    /// <summary>The field's name, for screen readers.</summary>
    [Parameter] public string? Label { get; set; }

    [Parameter, EditorRequired] public IReadOnlyList<string> Values { get; set; } = [];

    [Parameter] public EventCallback<IReadOnlyList<string>> ValuesChanged { get; set; }

    /// <summary>What may be meant; other texts are taken as well.</summary>
    [Parameter] public IReadOnlyList<string> Suggestions { get; set; } = [];

    /// <summary>Says what an empty list means.</summary>
    [Parameter] public string? Placeholder { get; set; }

    /// <summary>"true" where the field has a fault.</summary>
    [Parameter] public string? Invalid { get; set; }

    private async Task AddAsync(ChangeEventArgs change)
    {
        var added = (change.Value?.ToString() ?? "").Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (added.Length == 0) return;
        await ValuesChanged.InvokeAsync([.. Values.Concat(added).Distinct(StringComparer.Ordinal)]);
    }

    private Task RemoveAsync(string item) => ValuesChanged.InvokeAsync([.. Values.Where(value => value != item)]);
}
