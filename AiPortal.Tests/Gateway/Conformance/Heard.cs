namespace AiPortal.Tests.Gateway.Conformance;

/// <summary>What a client library gave its application.</summary>
public sealed record Heard
{
    public string Text { get; init; } = "";

    public IReadOnlyList<HeardCall> Calls { get; init; } = [];

    /// <summary>In the client's own word; null: the answer did not end.</summary>
    public string? Finish { get; init; }

    /// <summary>In the client's own counting.</summary>
    public Counted? Usage { get; init; }

    /// <summary>What the header <c>x-portal-cost-usd</c> says; streams have none.</summary>
    public string? Cost { get; init; }

    public Failure? Failure { get; init; }
}

/// <param name="Id">Null where the dialect has none.</param>
public sealed record HeardCall(string? Id, string Name, string Arguments);

/// <summary>Token counts as one client library names them; what it does not tell is null.</summary>
public sealed record Counted(long Input, long? Cached, long? Written, long Output, long? Reasoning);

/// <summary>A failure as the client library tells it.</summary>
/// <param name="Word">The dialect's own word: a code, a type or a status.</param>
public sealed record Failure(int Status, string Word, int? RetryAfter = null)
{
    public string Message { get; init; } = "";

    /// <summary>What the header <c>x-should-retry</c> says, which the vendors' libraries heed.</summary>
    public string? ShouldRetry { get; init; }

    public bool Equals(Failure? other) => other is not null && (Status, Word, RetryAfter) == (other.Status, other.Word, other.RetryAfter);

    public override int GetHashCode() => HashCode.Combine(Status, Word, RetryAfter);
}
