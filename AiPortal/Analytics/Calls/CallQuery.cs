using System.Globalization;
using AiPortal.Core.Analytics;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using Microsoft.AspNetCore.WebUtilities;

namespace AiPortal.Analytics.Calls;

/// <summary>What the calls page shows, as its address says it. What an address says wrongly does not filter.</summary>
public sealed record CallQuery
{
    public const string Path = "/calls";
    public const int DefaultDays = 30;
    private const string DatePattern = "yyyy-MM-dd";

    /// <summary>How many local days, today included; looked at where no date is given.</summary>
    public int Days { get; init; } = DefaultDays;

    /// <summary>The first local day.</summary>
    public DateOnly? From { get; init; }

    /// <summary>The last local day.</summary>
    public DateOnly? To { get; init; }

    public Guid? Key { get; init; }

    public Guid? Team { get; init; }

    public Guid? Department { get; init; }

    public Guid? Project { get; init; }

    public Guid? CostCenter { get; init; }

    public Guid? Environment { get; init; }

    public Guid? User { get; init; }

    /// <summary>A name, in which <c>*</c> stands for any characters.</summary>
    public string? Model { get; init; }

    /// <summary>An account's id, or its name as it was then.</summary>
    public string? Provider { get; init; }

    public CallStatus? Status { get; init; }

    /// <summary>The beginning of a request id.</summary>
    public string? Search { get; init; }

    /// <summary>The call whose receipt is open beside the list.</summary>
    public Guid? Open { get; init; }

    public bool HasDates => From is not null || To is not null;

    /// <summary>Whether anything but the period narrows the list.</summary>
    public bool IsNarrowed => (this with { Days = DefaultDays, From = null, To = null, Open = null }) != new CallQuery();

    /// <summary>Those filters that have no field of their own on the page.</summary>
    public Attribution Others => new(Guid.Empty, Department, null, Project, CostCenter, Environment, User);

    /// <summary>The page's address; what is as usual is left out.</summary>
    public string Href => QueryHelpers.AddQueryString(Path, Values().Where(pair => !string.IsNullOrEmpty(pair.Value)).ToDictionary(pair => pair.Name, pair => pair.Value));

    public static CallQuery Of(Uri address)
    {
        var values = QueryHelpers.ParseQuery(address.Query);
        return new CallQuery
        {
            Days = int.TryParse(Text("days"), NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is > 0 and <= 3660 ? days : DefaultDays,
            From = Date("from"),
            To = Date("to"),
            Key = Id("key"),
            Team = Id("team"),
            Department = Id("department"),
            Project = Id("project"),
            CostCenter = Id("cost_center"),
            Environment = Id("environment"),
            User = Id("user"),
            Model = Text("model"),
            Provider = Text("provider"),
            Status = EnumWord.TryParse<CallStatus>(Text("status"), out var status) ? status : null,
            Search = Text("q"),
            Open = Id("call"),
        };

        string? Text(string name) => values.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 and <= 256 } text ? text : null;
        Guid? Id(string name) => Guid.TryParse(Text(name), out var id) ? id : null;
        DateOnly? Date(string name) => DateOnly.TryParseExact(Text(name), DatePattern, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;
    }

    /// <summary>A local day as the address has it.</summary>
    public static string? DateText(DateOnly? date) => date?.ToString(DatePattern, CultureInfo.InvariantCulture);

    /// <summary>Without the filter of one dimension.</summary>
    public CallQuery Without(Dimension dimension) => dimension switch
    {
        Dimension.Department => this with { Department = null },
        Dimension.Team => this with { Team = null },
        Dimension.Project => this with { Project = null },
        Dimension.CostCenter => this with { CostCenter = null },
        Dimension.Environment => this with { Environment = null },
        Dimension.User => this with { User = null },
        Dimension.Key => this with { Key = null },
        Dimension.Provider => this with { Provider = null },
        Dimension.Model => this with { Model = null },
        Dimension.RequestType or Dimension.CostType => this,
    };

    /// <summary>Null when the search can be the beginning of no id: nothing is found.</summary>
    public RecordFilter? FilterAt(DateTimeOffset now, OrganizationCalendar calendar)
    {
        var ids = RequestIdRange.BeginningWith(Search);
        if (Search is not null && ids is null) return null;
        var from = From ?? (To is { } last ? last.AddDays(1 - DefaultDays) : calendar.LocalDate(now).AddDays(1 - Days));
        return new RecordFilter
        {
            // An id is looked for at any time unless dates are given.
            From = ids is null || HasDates ? calendar.DayOf(from).Start : null,
            To = To is { } to && to < DateOnly.MaxValue ? calendar.DayOf(to).End : null,
            KeyId = Key,
            TeamId = Team,
            DepartmentId = Department,
            ProjectId = Project,
            CostCenterId = CostCenter,
            EnvironmentId = Environment,
            UserId = User,
            Model = Model,
            Provider = Provider,
            CallStatus = Status,
            RequestIds = ids,
        };
    }

    private IEnumerable<(string Name, string? Value)> Values() =>
    [
        ("days", Days == DefaultDays || HasDates ? null : Days.ToString(CultureInfo.InvariantCulture)),
        ("from", DateText(From)), ("to", DateText(To)), ("key", Key?.ToString()), ("team", Team?.ToString()), ("department", Department?.ToString()),
        ("project", Project?.ToString()), ("cost_center", CostCenter?.ToString()), ("environment", Environment?.ToString()), ("user", User?.ToString()),
        ("model", Model), ("provider", Provider), ("status", Status is { } status ? EnumWord.Of(status) : null), ("q", Search), ("call", Open?.ToString()),
    ];
}
