using AiPortal.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Analytics.Planning;
using AiPortal.Core.Budgets;
using Microsoft.AspNetCore.Components;

namespace AiPortal.Budgets;

/// <summary>Chooses what a budget is over, by name. Where there are many, a search in the database narrows the list.</summary>
public sealed partial class ScopePicker
{
    private IReadOnlyList<Choice> _choices = [];
    private QuotaType? _shown;
    private string? _search;
    private int _total;
    private int _reads;
    private bool _many;
    private bool _read;

    [Inject] internal ScopeChoices Scopes { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Parameter, EditorRequired] public string Id { get; set; } = "";

    [Parameter, EditorRequired] public QuotaType Type { get; set; }

    [Parameter, EditorRequired] public Guid? Value { get; set; }

    /// <summary>The name of <see cref="Value"/>, which may not be among those offered.</summary>
    [Parameter] public string? ValueName { get; set; }

    [Parameter] public EventCallback<Choice?> OnChoose { get; set; }

    [Parameter] public string? Invalid { get; set; }

    [Parameter] public bool Disabled { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        if (_shown == Type) return;
        (_shown, _search, _choices, _read) = (Type, null, [], false);
        await ReadAsync();
        _many = _total > _choices.Count;
    }

    private async Task SearchAsync(string? search)
    {
        _search = search;
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        var ask = ++_reads;
        var (_, organization) = await Current.HereAsync();
        var (choices, total) = await Scopes.ReadAsync(organization, Type, _search);
        // The answer to the latest question counts; an earlier one may come after it.
        if (ask != _reads) return;
        (_choices, _total) = (choices, total);
        if (Value is { } chosen && ValueName is { } name && _choices.All(choice => choice.Id != chosen)) _choices = [new Choice(chosen, name), .. _choices];
        _read = true;
    }

    private Task ChooseAsync(ChangeEventArgs change) =>
        OnChoose.InvokeAsync(Guid.TryParse(change.Value?.ToString(), out var id) ? _choices.FirstOrDefault(choice => choice.Id == id) : null);
}
