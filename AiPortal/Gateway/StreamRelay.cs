using System.Buffers;
using System.Globalization;
using System.Text;
using AiPortal.Core.Catalog;
using AiPortal.Core.Gateway;
using AiPortal.Core.Ledger;

namespace AiPortal.Gateway;

/// <summary>
/// Step 6 for a stream: each piece goes on as it came and is flushed at once; a tap beside it looks for the usage. Until the first
/// piece has gone to the caller another attempt may still be made.
/// </summary>
internal sealed class StreamRelay(Settling settling, GatewayOptions options, FaultPoints faults)
{
    // Most of what an open and silent stream holds.
    private const int ReadBuffer = 16 * 1024;

    public async Task<GatewayRefusal?> RelayAsync(GatewayCall call, CallAttempt attempt, PreparedCall request, HttpResponseMessage response, Patience patience)
    {
        faults.Pass(FaultPoint.HeadersReceived);
        var wantsCost = call.Context.Request.Headers["x-portal-cost"].ToString() == "true";
        using var tap = request.Exchange.Tap(request.Details, holdEnd: wantsCost || call.Recording is not null);
        var failure = await CopyAsync(call, attempt, response, tap, patience);
        faults.Pass(FaultPoint.LastByte);
        // An error before anything went out is an attempt that failed; after that it is part of what the caller got.
        failure ??= tap.Fault ?? (tap.IsComplete ? null : tap.Seen.Error is null ? GatewayFailure.UpstreamCut : GatewayFailure.UpstreamError);
        settling.Close(attempt, Outcome(call, tap, failure, attempt.Plan.Price) with
        {
            UpstreamStatus = (int)response.StatusCode,
            UpstreamRequestId = UpstreamAnswers.IdOf(response),
            ErrorCode = failure is { } fault ? GatewayFailures.Of(fault).Code : null,
        });
        if (failure is { } failed) return await BreakOffAsync(call, attempt, tap, failed);
        settling.Record(attempt, final: true);
        faults.Pass(FaultPoint.SettledNotAnswered);
        await EndAsync(call, attempt, tap, wantsCost);
        return null;
    }

    private async Task<GatewayFailure?> CopyAsync(GatewayCall call, CallAttempt attempt, HttpResponseMessage response, IStreamTap tap, Patience patience)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReadBuffer);
        using var passing = new StreamOutput();
        try
        {
            patience.Allow(options.Idle);
            await using var stream = await UpstreamAnswers.OpenAsync(response, patience.Token);
            while (true)
            {
                patience.Allow(options.Idle);
                var count = await stream.ReadAsync(buffer, patience.Token);
                if (count == 0) break;
                attempt.TtftMs ??= settling.Elapsed(attempt.StartedTicks);
                if (!tap.Push(buffer.AsSpan(0, count), passing)) return tap.Fault;
                if (passing.WrittenCount == 0) continue;
                if (!call.Context.Response.HasStarted)
                {
                    if (tap.Seen.Error is not null) return GatewayFailure.UpstreamError;
                    Start(call, attempt, tap);
                }

                if (!await SendAsync(call, passing, patience)) return GatewayFailure.CallerLeft;
                faults.Pass(FaultPoint.MidStream);
            }

            tap.Finish(passing);
            // A whole answer in one piece begins here; one that broke off before it began may still be tried elsewhere.
            if (!call.Context.Response.HasStarted && passing.WrittenCount > 0 && tap.IsComplete) Start(call, attempt, tap);
            if (passing.WrittenCount > 0 && call.Context.Response.HasStarted && !await SendAsync(call, passing, patience)) return GatewayFailure.CallerLeft;
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

    private static void Start(GatewayCall call, CallAttempt attempt, IStreamTap tap)
    {
        var answer = call.Context.Response;
        CallAnswers.Identify(call, attempt.Plan);
        answer.ContentType = tap.ContentType;
        answer.Headers.CacheControl = "no-cache";
        // nginx and its kind would hold the pieces back.
        answer.Headers["X-Accel-Buffering"] = "no";
    }

    /// <summary>False when the caller has left. A caller who reads slowly holds the provider back, and nothing is kept for him.</summary>
    private static async ValueTask<bool> SendAsync(GatewayCall call, StreamOutput passing, Patience patience)
    {
        call.Capture?.AppendEvents(passing.WrittenSpan);
        call.Recording?.Append(passing.WrittenSpan);
        var sending = call.Context.Response.BodyWriter.WriteAsync(passing.WrittenMemory, call.Context.RequestAborted);
        if (!sending.IsCompleted) patience.Pause();
        var result = await sending;
        passing.Clear();
        return !result.IsCanceled && !result.IsCompleted;
    }

    private static async Task EndAsync(GatewayCall call, CallAttempt attempt, IStreamTap tap, bool wantsCost)
    {
        var answer = call.Context.Response;
        if (!answer.HasStarted) Start(call, attempt, tap);
        var end = new ArrayBufferWriter<byte>();
        if (wantsCost && tap.ContentType == IStreamTap.EventStream)
        {
            if (tap.IsMidFrame) end.Write("\n\n"u8);
            end.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $": portal-cost-usd={attempt.Cost.Total:0.############}\n\n")));
        }

        if (tap.IsMidFrame) call.Recording?.GiveUp();
        var before = end.WrittenCount;
        tap.WriteEnd(end);
        call.Recording?.AppendEnd(end.WrittenSpan[before..]);
        if (end.WrittenCount == 0) return;
        call.Capture?.AppendEvents(end.WrittenSpan);
        await answer.BodyWriter.WriteAsync(end.WrittenMemory, call.Context.RequestAborted);
    }

    /// <summary>Once the answer has begun, one error event and no end marker, so that a cut answer never looks whole.</summary>
    private static async Task<GatewayRefusal> BreakOffAsync(GatewayCall call, CallAttempt attempt, IStreamTap tap, GatewayFailure failure)
    {
        var refusal = GatewayFailures.Refuse(failure, attempt.Plan.Account.Name);
        if (!call.Context.Response.HasStarted || call.CallerLeft || tap.ErrorPassed) return refusal;
        var end = new ArrayBufferWriter<byte>();
        if (tap.IsMidFrame) end.Write("\n\n"u8);
        call.Operation.Errors.WriteEvent(end, refusal, call.RequestId);
        await call.Context.Response.BodyWriter.WriteAsync(end.WrittenMemory, call.Context.RequestAborted);
        return refusal;
    }

    /// <summary>What was produced is charged, from the provider's figures where they came, else estimated.</summary>
    private static AttemptOutcome Outcome(GatewayCall call, IStreamTap tap, GatewayFailure? failure, Price price)
    {
        if (failure is null) return AttemptOutcome.Of(EntryStatus.Ok, call.Scan!, tap.Seen, price);
        var nothingProduced = failure == GatewayFailure.UpstreamError && tap.Seen is { Usage: null, Content.IsEmpty: true, Reasoning.IsEmpty: true };
        return nothingProduced ? new AttemptOutcome(EntryStatus.Failed) : AttemptOutcome.Of(EntryStatus.Partial, call.Scan!, tap.Seen, price);
    }
}
