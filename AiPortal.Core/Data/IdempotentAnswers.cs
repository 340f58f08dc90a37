using System.Security.Cryptography;
using AiPortal.Core.Data.Sealing;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Data;

/// <summary>What a caller's idempotency key stands for at this moment.</summary>
public enum IdempotencyState
{
    /// <summary>The key was free and is now this request's.</summary>
    Mine,

    /// <summary>The same request was answered before.</summary>
    Answered,

    /// <summary>The key was used for another request.</summary>
    Mismatch,

    /// <summary>The same request is being worked on.</summary>
    Running,

    /// <summary>The same request began and never came to an answer; whether it took effect is unknown.</summary>
    Interrupted,
}

/// <summary>A stored answer; <c>ContentType</c> and <c>Body</c> are empty for a 204.</summary>
public sealed record StoredAnswer(int HttpStatus, string? ContentType, byte[] Body);

/// <summary>The claim of a key: <c>Id</c> names it, <c>Answer</c> is there when <c>State</c> is <see cref="IdempotencyState.Answered"/>.</summary>
public sealed record IdempotencyClaim(IdempotencyState State, Guid Id, StoredAnswer? Answer = null);

/// <summary>
/// Answers to requests with an <c>Idempotency-Key</c>, for 24 hours. Bodies are sealed by the master key, as an answer may show
/// a secret that is stored nowhere else.
/// </summary>
public sealed class IdempotentAnswers(TenantDb tenants, SecretVault vault, TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>Stands for an answer that never came to be; no HTTP status.</summary>
    private const int NoAnswer = 0;

    /// <summary>Longer than any management request may take.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>Takes the key for a request, or tells what it already stands for.</summary>
    /// <param name="actorId">Keys of different callers never meet.</param>
    /// <param name="key">At most 255 characters.</param>
    /// <param name="requestHash">Keyed hash over all that makes the request the same.</param>
    /// <param name="token">Cancels before anything is taken.</param>
    public async Task<IdempotencyClaim> ClaimAsync(Guid actorId, string key, byte[] requestHash, CancellationToken token = default)
    {
        // An answer belongs to its caller alone, whichever organization it is about: its wall is the caller's own id.
        await using var transaction = await tenants.OpenAsync(actorId, token);
        var db = transaction.Db;
        var now = clock.GetUtcNow();
        await db.Set<IdempotentAnswer>().Where(a => a.ActorId == actorId && a.CreatedAt < now - Kept).ExecuteDeleteAsync(token);
        var id = Ids.New(clock);
        var taken = await db.Database.ExecuteSqlAsync($"""
            INSERT INTO idempotent_answers (id, organization_id, actor_id, key, request_hash, created_at, updated_at)
            VALUES ({id}, {actorId}, {actorId}, {key}, {requestHash}, {now}, {now}) ON CONFLICT (actor_id, key) DO NOTHING
            """, token);
        await transaction.CommitAsync(token);
        if (taken == 1) return new IdempotencyClaim(IdempotencyState.Mine, id);

        var known = await tenants.ReadAsync(actorId,
            read => read.Set<IdempotentAnswer>().AsNoTracking().SingleOrDefaultAsync(a => a.ActorId == actorId && a.Key == key, token), token);
        // Released between the two statements: the caller may simply ask again.
        if (known is null) return new IdempotencyClaim(IdempotencyState.Running, id);
        if (!CryptographicOperations.FixedTimeEquals(known.RequestHash, requestHash)) return new IdempotencyClaim(IdempotencyState.Mismatch, known.Id);
        if (known.HttpStatus == NoAnswer) return new IdempotencyClaim(IdempotencyState.Interrupted, known.Id);
        if (known.HttpStatus is { } status) return new IdempotencyClaim(IdempotencyState.Answered, known.Id, Opened(known, status));
        return new IdempotencyClaim(known.CreatedAt < now - Longest ? IdempotencyState.Interrupted : IdempotencyState.Running, known.Id);
    }

    /// <summary>Keeps the answer to a claimed request.</summary>
    public async Task StoreAsync(Guid actorId, Guid claimId, StoredAnswer answer)
    {
        var body = answer.Body.Length == 0 ? null : vault.SealText(answer.Body, Context(claimId));
        await using var transaction = await tenants.OpenAsync(actorId);
        await transaction.Db.Set<IdempotentAnswer>().Where(a => a.Id == claimId).ExecuteUpdateAsync(set => set
            .SetProperty(a => a.HttpStatus, answer.HttpStatus)
            .SetProperty(a => a.ContentType, answer.ContentType)
            .SetProperty(a => a.Body, body)
            .SetProperty(a => a.UpdatedAt, clock.GetUtcNow()));
        await transaction.CommitAsync();
    }

    /// <summary>Notes that a request failed after it may have taken effect; the key is not given out again.</summary>
    public Task InterruptAsync(Guid actorId, Guid claimId) => StoreAsync(actorId, claimId, new StoredAnswer(NoAnswer, null, []));

    /// <summary>Frees the key of a request that was refused before it changed anything, so that it may be tried again.</summary>
    public async Task ReleaseAsync(Guid actorId, Guid claimId)
    {
        await using var transaction = await tenants.OpenAsync(actorId);
        await transaction.Db.Set<IdempotentAnswer>().Where(a => a.Id == claimId).ExecuteDeleteAsync();
        await transaction.CommitAsync();
    }

    private StoredAnswer Opened(IdempotentAnswer row, int status) =>
        new(status, row.ContentType, row.Body is null ? [] : vault.Open(row.Body, Context(row.Id)));

    private static string Context(Guid claimId) => $"idempotent_answer:{claimId}";
}
