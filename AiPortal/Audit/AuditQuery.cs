using System.Globalization;
using AiPortal.Core.Audit;
using AiPortal.Core.Money;
using Microsoft.AspNetCore.WebUtilities;

namespace AiPortal.Audit;

/// <summary>What the audit page shows, as its address says it. Dates are whole days of the organization's calendar.</summary>
public sealed record AuditQuery
{
    public const string Path = "/audit";

    public string? Search { get; init; }

    public string? Type { get; init; }

    public string? Action { get; init; }

    public Guid? Actor { get; init; }

    public Guid? Subject { get; init; }

    public bool? Allowed { get; init; }

    public DateOnly? From { get; init; }

    public DateOnly? To { get; init; }

    public Guid? Open { get; init; }

    public bool IsNarrowed => this with { Open = null } != new AuditQuery();

    public static AuditQuery Of(Uri address)
    {
        var query = QueryHelpers.ParseQuery(address.Query);
        return new AuditQuery
        {
            Search = Word("q"),
            Type = Word("type"),
            Action = Word("action"),
            Actor = Id("actor"),
            Subject = Id("subject"),
            Allowed = Word("allowed") switch { "true" => true, "false" => false, _ => null },
            From = Date("from"),
            To = Date("to"),
            Open = Id("open"),
        };

        string? Word(string name) => query.TryGetValue(name, out var values) && values.ToString() is { Length: > 0 and <= 200 } word ? word : null;
        Guid? Id(string name) => Guid.TryParseExact(Word(name), "D", out var id) ? id : null;
        DateOnly? Date(string name) => DateOnly.TryParseExact(Word(name), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;
    }

    /// <summary>The page's address.</summary>
    public string Href => QueryHelpers.AddQueryString(Path, new Dictionary<string, string?>
    {
        ["q"] = Search,
        ["type"] = Type,
        ["action"] = Action,
        ["actor"] = Actor?.ToString(),
        ["subject"] = Subject?.ToString(),
        ["allowed"] = Allowed switch { true => "true", false => "false", null => null },
        ["from"] = DateText(From),
        ["to"] = DateText(To),
        ["open"] = Open?.ToString(),
    }.Where(pair => pair.Value is not null));

    public AuditFilter Filter(OrganizationCalendar calendar) => new(
        From is { } from ? calendar.DayOf(from).Start : null, To is { } to ? calendar.DayOf(to).End : null, Actor, null, Action, Type, Subject, Search, Allowed);

    internal static string? DateText(DateOnly? date) => date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
