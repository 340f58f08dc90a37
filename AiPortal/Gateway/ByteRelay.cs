using System.Buffers;
using AiPortal.Core.Gateway;
using AiPortal.Core.Ledger;

namespace AiPortal.Gateway;

/// <summary>Bytes that are played while they come, such as speech: each piece goes on at once. A half answer ends with the connection, because nothing can be said inside it.</summary>
internal sealed class ByteRelay(Settling settling, GatewayOptions options, FaultPoints faults)
{
    private const int BufferSize = 16 * 1024;

    /// <param name="call">Whose answer it is.</param>
    /// <param name="attempt">Is closed in any case.</param>
    /// <param name="tap">Counts what goes through.</param>
    /// <param name="response">The provider's, of status 200.</param>
    /// <param name="patience">Of the attempt.</param>
    public async Task<GatewayRefusal?> RelayAsync(GatewayCall call, CallAttempt attempt, IStreamTap tap, HttpResponseMessage response, Patience patience)
    {
        faults.Pass(FaultPoint.HeadersReceived);
        var failure = await CopyAsync(call, attempt, response, tap, patience);
        faults.Pass(FaultPoint.LastByte);
        failure ??= tap.IsComplete ? null : GatewayFailure.UpstreamCut;
        settling.Close(attempt, AttemptOutcome.Of(failure is null ? EntryStatus.Ok : EntryStatus.Partial, call.Scan!, tap.Seen, attempt.Plan.Price) with
        {
            UpstreamStatus = (int)response.StatusCode,
            UpstreamRequestId = UpstreamAnswers.IdOf(response),
            ErrorCode = failure is { } fault ? GatewayFailures.Of(fault).Code : null,
        });
        if (failure is { } failed)
        {
            if (call.Context.Response.HasStarted && !call.CallerLeft) call.Context.Abort();
            return GatewayFailures.Refuse(failed, attempt.Plan.Account.Name);
        }

        settling.Record(attempt, final: true);
        faults.Pass(FaultPoint.SettledNotAnswered);
        return null;
    }

    private async Task<GatewayFailure?> CopyAsync(GatewayCall call, CallAttempt attempt, HttpResponseMessage response, IStreamTap tap, Patience patience)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        using var passing = new StreamOutput();
        try
        {
            await using var stream = await UpstreamAnswers.OpenAsync(response, patience.Token);
            while (true)
            {
                patience.Allow(options.Idle);
                var count = await stream.ReadAsync(buffer, patience.Token);
                if (count == 0) break;
                attempt.TtftMs ??= settling.Elapsed(attempt.StartedTicks);
                tap.Push(buffer.AsSpan(0, count), passing);
                if (!call.Context.Response.HasStarted) Start(call, attempt, response);
                var sending = call.Context.Response.BodyWriter.WriteAsync(passing.WrittenMemory, call.Context.RequestAborted);
                // A caller who reads slowly holds the provider back.
                if (!sending.IsCompleted) patience.Pause();
                var sent = await sending;
                if (sent.IsCanceled || sent.IsCompleted) return GatewayFailure.CallerLeft;
                passing.Clear();
            }

            tap.Finish(passing);
            return null;
        }
        catch (Exception fault) when (UpstreamFault.Of(fault, patience) is { } failure)
        {
            return call.CallerLeft ? GatewayFailure.CallerLeft : failure;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void Start(GatewayCall call, CallAttempt attempt, HttpResponseMessage response)
    {
        var answer = call.Context.Response;
        CallAnswers.Identify(call, attempt);
        answer.ContentType = UpstreamAnswers.ContentTypeOf(response) ?? "application/octet-stream";
        // Where it is known, a cut answer is seen by its length.
        answer.ContentLength = response.Content.Headers.ContentLength;
        answer.Headers["X-Accel-Buffering"] = "no";
    }
}
