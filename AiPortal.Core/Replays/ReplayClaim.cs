namespace AiPortal.Core.Replays;

/// <summary>What an idempotency key stands for at this moment.</summary>
public enum ReplayState
{
    /// <summary>It was free and is now this call's.</summary>
    Mine,

    /// <summary>The same call was answered; the answer is there unless it was a stream.</summary>
    Answered,

    /// <summary>It was used for another call.</summary>
    Mismatch,

    /// <summary>The same call is running, here or on another node.</summary>
    Running,

    /// <summary>The same call began, and the process that made it died: its outcome is not known here.</summary>
    Interrupted,
}

/// <summary>An answer as it is given again.</summary>
public sealed record KeptAnswer(int HttpStatus, string? ContentType, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>The claim of a key. <c>RequestId</c> is the call that was made under it.</summary>
public sealed record ReplayClaim(ReplayState State, Guid Id, Guid RequestId, KeptAnswer? Answer = null);

/// <summary>The database does not answer, so nobody can tell whether this call was made before.</summary>
public sealed class ReplaysUnavailableException(Exception cause) : Exception(cause.Message, cause);
