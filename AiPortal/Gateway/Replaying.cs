using System.Collections.Concurrent;
using AiPortal.Core.Gateway;
using AiPortal.Core.Ledger;
using AiPortal.Core.Replays;

namespace AiPortal.Gateway;

/// <summary>A key claimed by a running call, and the answer as it is written meanwhile; null for a stream, which goes out at once.</summary>
internal sealed record ClaimedReplay(Guid Id, Stream Wire, MemoryStream? Answer);

/// <summary>
/// <c>Idempotency-Key</c>: one call at the provider for a key and body. A call that was executed, also one that failed, is answered
/// again for ten minutes; one that nothing was executed for frees its key. Calls without the header pay nothing for this.
/// </summary>
internal sealed class Replaying(CallReplays store, RunningReplays running, GatewayOptions options, TimeProvider clock, ILogger<Replaying> logger)
{
    private const string Header = "Idempotency-Key";
    private const int MaxKept = 8 << 20;
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);
    private static readonly string[] KeptHeaders = ["x-portal-provider", "x-portal-model", "retry-after", "x-should-retry"];

    /// <summary>Claims the key, or finds its answer (<see cref="GatewayCall.Replay"/>); waits for the first of two that come together.</summary>
    public async Task<GatewayRefusal?> TakeAsync(GatewayCall call)
    {
        var given = call.Context.Request.Headers[Header];
        if (given.Count == 0) return null;
        if (given is not [{ Length: > 0 and <= CallReplays.MaxKeyLength } key] || !key.All(c => c is > ' ' and <= '~'))
            return GatewayFailures.Refuse(GatewayFailure.IdempotencyKeyInvalid, CallReplays.MaxKeyLength);
        try
        {
            return await ClaimAsync(call, key);
        }
        catch (ReplaysUnavailableException fault)
        {
            logger.LogError(fault, "Call {Call} has an idempotency key, and the database does not tell what it stands for", call.RequestId);
            return GatewayFailures.Refuse(GatewayFailure.Overloaded);
        }
    }

    /// <summary>Keeps or drops what the call came to, then gives it to the caller. Does not throw.</summary>
    public async Task FinishAsync(GatewayCall call)
    {
        if (call.Claimed is not { } claimed) return;
        var response = call.Context.Response;
        try
        {
            if (claimed.Answer is not null) await response.BodyWriter.FlushAsync();
            if (!IsExecuted(call)) await store.FreeAsync(claimed.Id, CancellationToken.None);
            else await store.KeepAsync(claimed.Id, claimed.Answer is { Length: <= MaxKept } answer ? Kept(response, answer.ToArray()) : null, CancellationToken.None);
        }
        catch (ReplaysUnavailableException fault)
        {
            logger.LogError(fault, "The answer of call {Call} is not kept: its idempotency key stands for an interrupted call until it expires", call.RequestId);
        }
        finally
        {
            running.Ended(claimed.Id);
        }

        if (claimed.Answer is null) return;
        response.Body = claimed.Wire;
        try
        {
            await response.Body.WriteAsync(claimed.Answer.GetBuffer().AsMemory(0, (int)claimed.Answer.Length));
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or InvalidOperationException)
        {
            logger.LogInformation("The caller of {Call} left before its answer; it is kept for him", call.RequestId);
        }
    }

    private async Task<GatewayRefusal?> ClaimAsync(GatewayCall call, string key)
    {
        var hash = store.HashOf(call.Context.Request.Path, call.Bytes);
        while (true)
        {
            var claim = await store.ClaimAsync(call.Key!.Attribution.OrganizationId, call.Key.Id, key, hash, call.RequestId, call.Context.RequestAborted);
            switch (claim.State)
            {
                case ReplayState.Mine:
                    Claim(call, claim.Id);
                    return null;
                case ReplayState.Answered when claim.Answer is { } answer:
                    call.Replay = new ReplayedAnswer(claim.RequestId, answer);
                    return null;
                case ReplayState.Answered:
                    return GatewayFailures.Refuse(GatewayFailure.IdempotencyNotReplayable, claim.RequestId);
                case ReplayState.Mismatch:
                    return GatewayFailures.Refuse(GatewayFailure.IdempotencyMismatch);
                case ReplayState.Interrupted:
                    return GatewayFailures.Refuse(GatewayFailure.IdempotencyInterrupted, claim.RequestId);
                case ReplayState.Running when call.Scan!.Stream || clock.GetElapsedTime(call.StartedTicks) > options.ReplayWait:
                    return GatewayFailures.Refuse(GatewayFailure.IdempotencyInProgress);
                case ReplayState.Running:
                    await running.WaitAsync(claim.Id, Glance, call.Context.RequestAborted);
                    break;
            }
        }
    }

    private void Claim(GatewayCall call, Guid id)
    {
        running.Began(id);
        var wire = call.Context.Response.Body;
        if (call.Scan!.Stream)
        {
            call.Claimed = new ClaimedReplay(id, wire, null);
            return;
        }

        // The answer is finished and kept even if the caller leaves now: he will ask again.
        call.Context.RequestAborted = CancellationToken.None;
        var answer = new MemoryStream();
        call.Claimed = new ClaimedReplay(id, wire, answer);
        call.Context.Response.Body = answer;
    }

    /// <summary>Whether a provider may have done something for it: not where nothing was sent, nor where it was turned away at the door.</summary>
    private static bool IsExecuted(GatewayCall call) => call.Attempts.Exists(attempt =>
        attempt.Outcome is not { Status: EntryStatus.Failed } outcome || outcome.UpstreamStatus is not (null or 401 or 402 or 403 or 429));

    private static KeptAnswer Kept(HttpResponse response, byte[] body) => new(
        response.StatusCode, response.ContentType,
        KeptHeaders.Where(response.Headers.ContainsKey).ToDictionary(name => name, name => response.Headers[name].ToString()), body);
}

/// <summary>The calls of this process that hold an idempotency key.</summary>
internal sealed class RunningReplays(TimeProvider clock)
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _calls = new();

    public IReadOnlyCollection<Guid> Claims => [.. _calls.Keys];

    public void Began(Guid claim) => _calls[claim] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Ended(Guid claim)
    {
        if (_calls.TryRemove(claim, out var ended)) ended.SetResult();
    }

    /// <summary>Until the call has ended, if it is one of this process, and in any case not much longer than asked.</summary>
    public async Task WaitAsync(Guid claim, TimeSpan glance, CancellationToken token)
    {
        if (!_calls.TryGetValue(claim, out var call))
        {
            await Task.Delay(glance, clock, token);
            return;
        }

        // A second is a bound for asking anew, not for the call.
        await Task.WhenAny(call.Task, Task.Delay(TimeSpan.FromSeconds(1), clock, token));
        token.ThrowIfCancellationRequested();
    }
}
