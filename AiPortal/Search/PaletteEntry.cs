using AiPortal.Analytics.Calls;
using AiPortal.Core.Search;

namespace AiPortal.Search;

/// <summary>A line of the palette: where it leads and what it is.</summary>
internal sealed record PaletteEntry(string Icon, string Title, string? Detail, string Address)
{
    public static PaletteEntry Of(SearchHit hit) => new(IconOf(hit.Kind), hit.Name, hit.Detail, AddressOf(hit));

    private static string AddressOf(SearchHit hit) => hit.Kind switch
    {
        SearchKind.Call => $"/calls/{hit.Id}",
        SearchKind.Key => $"/keys/{hit.Id}",
        SearchKind.Budget => $"/budgets?open={hit.Id}",
        SearchKind.Bill => $"/bills/{hit.Id}",
        SearchKind.Team => new CallQuery { Team = hit.Id }.Href,
        SearchKind.Department => new CallQuery { Department = hit.Id }.Href,
        SearchKind.Project => new CallQuery { Project = hit.Id }.Href,
        SearchKind.CostCenter => new CallQuery { CostCenter = hit.Id }.Href,
        SearchKind.Member => "/members?q=" + Uri.EscapeDataString(hit.Detail ?? hit.Name),
        SearchKind.Provider => "/providers?q=" + Uri.EscapeDataString(hit.Name),
        SearchKind.Model => "/models?q=" + Uri.EscapeDataString(hit.Name),
    };

    private static string IconOf(SearchKind kind) => kind switch
    {
        SearchKind.Call => "calls",
        SearchKind.Key => "keys",
        SearchKind.Budget => "budgets",
        SearchKind.Bill => "bills",
        SearchKind.Team or SearchKind.Department or SearchKind.Project or SearchKind.CostCenter => "organization",
        SearchKind.Member => "members",
        SearchKind.Provider => "providers",
        SearchKind.Model => "models",
    };
}
