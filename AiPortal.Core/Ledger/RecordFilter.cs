using System.Text.Json;
using AiPortal.Core.Data;
using AiPortal.Core.Money;

namespace AiPortal.Core.Ledger;

/// <summary>Which entries or calls to list; null members do not filter. The range is of the instant a call began.</summary>
public sealed record RecordFilter
{
    /// <summary>How far back a list looks when nothing else is said.</summary>
    public static readonly TimeSpan DefaultRange = TimeSpan.FromDays(30);

    /// <summary>UTC, inclusive.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>UTC, exclusive.</summary>
    public DateTimeOffset? To { get; init; }

    public Guid? KeyId { get; init; }

    public Guid? DepartmentId { get; init; }

    public Guid? TeamId { get; init; }

    public Guid? ProjectId { get; init; }

    public Guid? CostCenterId { get; init; }

    public Guid? EnvironmentId { get; init; }

    public Guid? UserId { get; init; }

    /// <summary>As the call was made with it; <c>*</c> stands for any characters, as in a budget.</summary>
    public string? Model { get; init; }

    /// <summary>An account's name as it was then, or its id.</summary>
    public string? Provider { get; init; }

    public EntryStatus? Status { get; init; }

    public CallStatus? CallStatus { get; init; }

    public EntryKind? Kind { get; init; }

    public Guid? RequestId { get; init; }

    /// <summary>Calls whose ids begin alike; lists of entries do not look at it.</summary>
    public RequestIdRange? RequestIds { get; init; }

    /// <summary>True: of unknown outcome and not resolved since; false: all others. Lists of calls do not look at it, nor at the next two.</summary>
    public bool? Unresolved { get; init; }

    /// <summary>Corrections of this record.</summary>
    public Guid? CorrectsId { get; init; }

    public string? CostType { get; init; }

    public string? SessionId { get; init; }

    public string? WorkflowId { get; init; }

    public string? AccountId { get; init; }

    public KeyValuePair<string, string>? Tag { get; init; }

    internal string? ModelLike => Model?.Contains('*', StringComparison.Ordinal) == true ? LikePattern.WithStars(Model) : null;

    internal string? TagJson => Tag is { } tag ? JsonSerializer.Serialize(new Dictionary<string, string> { [tag.Key] = tag.Value }) : null;

    /// <summary>The range to look at: calls are looked for by id in all time, anything else in the last 30 days.</summary>
    public Period RangeAt(DateTimeOffset now)
    {
        var end = To ?? Period.Total.End;
        if (From is { } from) return new Period(from, end);
        return new Period(RequestId is not null || RequestIds is not null ? Period.Total.Start : (To < now ? To.Value : now) - DefaultRange, end);
    }
}
