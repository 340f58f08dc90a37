namespace AiPortal.Core.Data;

/// <summary>Why an expected refusal happened; decides the HTTP status.</summary>
public enum RefusalKind
{
    Invalid,
    NotFound,
    Forbidden,
    Conflict,

    /// <summary>Not yet: it has been asked for, and others have to agree.</summary>
    Waiting,
}

/// <summary>An expected "no": a stable code, a sentence for people, and faults by field name (snake_case).</summary>
public sealed record Refusal(RefusalKind Kind, string Code, string Message, IReadOnlyDictionary<string, string[]>? Errors = null)
{
    /// <summary>With <see cref="RefusalKind.Waiting"/>: the request as the API answers it.</summary>
    public object? Request { get; init; }

    /// <summary>One bad field.</summary>
    public static Refusal Field(string field, string message) =>
        new(RefusalKind.Invalid, "invalid_field", message, new Dictionary<string, string[]> { [field] = [message] });

    /// <summary>Not there, or not the caller's to see.</summary>
    public static Refusal Missing(string what) => new(RefusalKind.NotFound, "not_found", $"This {what} does not exist.");

    /// <summary>The caller's role does not allow it.</summary>
    public static Refusal Denied(string message) => new(RefusalKind.Forbidden, "forbidden", message);

    /// <summary>A request for approval stands in place of the change.</summary>
    public static Refusal Waiting(object request, string message) => new(RefusalKind.Waiting, "approval_required", message) { Request = request };

    /// <summary>The state of things does not allow it now.</summary>
    public static Refusal Conflict(string code, string message) => new(RefusalKind.Conflict, code, message);
}

/// <summary>A value, or the refusal to give one. Broken invariants throw instead.</summary>
public readonly struct Outcome<T>
{
    private readonly T? _value;

    private Outcome(T? value, Refusal? refusal) => (_value, Refusal) = (value, refusal);

    /// <summary>Null when there is a value.</summary>
    public Refusal? Refusal { get; }

    public bool IsRefused => Refusal is not null;

    /// <summary>Throws when refused.</summary>
    public T Value => Refusal is null ? _value! : throw new InvalidOperationException(Refusal.Message);

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);
}
