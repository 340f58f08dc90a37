using System.Globalization;
using AiPortal.Core.Analytics;
using AiPortal.Core.Money;
using Microsoft.AspNetCore.Components;

namespace AiPortal.Analytics.Calls;

/// <summary>The filters of the calls page. It keeps nothing: what is chosen goes into the address.</summary>
public sealed partial class CallFilters
{
    [Parameter, EditorRequired] public CallQuery Query { get; set; } = new();

    /// <summary>What can be chosen; null while it is read.</summary>
    [Parameter] public CallFacets? Facets { get; set; }

    /// <summary>Filters that came with a link and have no field here.</summary>
    [Parameter] public IReadOnlyList<AttributedTo> Others { get; set; } = [];

    [Parameter, EditorRequired] public OrganizationCalendar Calendar { get; set; } = OrganizationCalendar.Utc;

    [Parameter] public EventCallback<CallQuery> OnChange { get; set; }

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    private DateOnly? First => Query.From ?? (Query.To is null ? Calendar.LocalDate(Clock.GetUtcNow()).AddDays(1 - Query.Days) : null);

    private IEnumerable<(string Value, string Name)> Providers
    {
        get
        {
            var known = Facets!.Providers.Select(provider => (provider.Id.ToString(), provider.Name)).ToList();
            return Query.Provider is not { } chosen || known.Exists(provider => provider.Item1 == chosen)
                ? known
                : known.Append((chosen, Guid.TryParse(chosen, out _) ? Text["Deleted"] : chosen));
        }
    }

    private Task Set(CallQuery query) => OnChange.InvokeAsync(query);

    // What was chosen by a link stays to be seen even where it is not offered any more.
    private IEnumerable<Facet> With(IReadOnlyList<Facet> offered, Guid? chosen) =>
        chosen is { } id && offered.All(facet => facet.Id != id) ? offered.Append(new Facet(id, Text["Deleted"])) : offered;

    private static IEnumerable<string> With(IReadOnlyList<string> offered, string? chosen) =>
        chosen is not null && !offered.Contains(chosen, StringComparer.Ordinal) ? offered.Append(chosen) : offered;

    private static string? Word(ChangeEventArgs change) => change.Value?.ToString()?.Trim() is { Length: > 0 } word ? word : null;

    private static Guid? Id(ChangeEventArgs change) => Guid.TryParse(Word(change), out var id) ? id : null;

    private static DateOnly? Date(ChangeEventArgs change) =>
        DateOnly.TryParse(Word(change), CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;
}
