using System.Buffers;
using System.Globalization;
using AiPortal.Core.Catalog;
using AiPortal.Core.Gateway;
using AiPortal.Core.Ledger;
using AiPortal.Gateway.Caching;

namespace AiPortal.Gateway;

/// <summary>A whole answer: read, metered and settled before its headers go, so that they can name the cost; then passed on byte for byte.</summary>
internal sealed class PlainRelay(Settling settling, RepeatedAnswers repeats, GatewayOptions options, BufferMemory memory, FaultPoints faults)
{
    public async Task<GatewayRefusal?> RelayAsync(GatewayCall call, CallAttempt attempt, PreparedCall request, HttpResponseMessage response, Patience patience)
    {
        faults.Pass(FaultPoint.HeadersReceived);
        using var body = new PooledBody(memory);
        var failure = await ReadAsync(body, response, patience);
        faults.Pass(FaultPoint.LastByte);
        var (seen, translated) = request.Exchange.ReadPlain(request.Details, body.Sequence);
        if (failure is null && seen.Unreadable > 0) failure = GatewayFailure.UpstreamGarbled;
        if (failure is null && seen.Error is not null) failure = GatewayFailure.UpstreamError;

        settling.Close(attempt, Outcome(call, seen, failure, attempt.Plan.Price) with
        {
            UpstreamStatus = (int)response.StatusCode,
            UpstreamRequestId = UpstreamAnswers.IdOf(response),
            ErrorCode = failure is { } fault ? GatewayFailures.Of(fault).Code : null,
        });
        if (failure is { } failed) return GatewayFailures.Refuse(failed, attempt.Plan.Account.Name);

        settling.Record(attempt, final: true);
        faults.Pass(FaultPoint.SettledNotAnswered);
        var answer = call.Context.Response;
        CallAnswers.Identify(call, attempt.Plan);
        answer.Headers["x-portal-cost-usd"] = attempt.Cost.Total.ToString("0.############", CultureInfo.InvariantCulture);
        var given = translated is { } bytes ? new ReadOnlySequence<byte>(bytes) : body.Sequence;
        answer.ContentType = (translated is null ? UpstreamAnswers.ContentTypeOf(response) : null) ?? "application/json";
        answer.ContentLength = given.Length;
        // Sound and the like is no text that could be redacted.
        if (IsText(answer.ContentType)) call.Capture?.KeepAnswer(given);
        // Kept before it goes: who has the answer may ask the same the moment after.
        foreach (var piece in given) call.Recording?.Append(piece.Span);
        repeats.Keep(call);
        foreach (var piece in given) await answer.BodyWriter.WriteAsync(piece, call.Context.RequestAborted);
        return null;
    }

    private async Task<GatewayFailure?> ReadAsync(PooledBody body, HttpResponseMessage response, Patience patience)
    {
        try
        {
            patience.Allow(options.Idle);
            await using var stream = await UpstreamAnswers.OpenAsync(response, patience.Token);
            if (await body.FillAsync(stream, options.MaxAnswerBytes, patience.Token)) return null;
            return body.IsExhausted ? GatewayFailure.Overloaded : GatewayFailure.UpstreamGarbled;
        }
        catch (Exception fault) when (UpstreamFault.Of(fault, patience) is { } failure)
        {
            return failure;
        }
    }

    /// <summary>
    /// A provider that answered 200 and then broke off or babbled may have charged the prompt: it is estimated and marked so. One
    /// that reported an error in place of an answer charged nothing.
    /// </summary>
    private static AttemptOutcome Outcome(GatewayCall call, AnswerObservation seen, GatewayFailure? failure, Price price) => failure switch
    {
        null => AttemptOutcome.Of(EntryStatus.Ok, call.Scan!, seen, price),
        GatewayFailure.UpstreamError when seen.Usage is null => new AttemptOutcome(EntryStatus.Failed),
        GatewayFailure.UpstreamGarbled or GatewayFailure.UpstreamError => AttemptOutcome.Of(EntryStatus.Failed, call.Scan!, seen, price),
        _ => AttemptOutcome.Of(EntryStatus.Partial, call.Scan!, seen, price),
    };

    private static bool IsText(string type) =>
        type.StartsWith("text/", StringComparison.OrdinalIgnoreCase) || type.Contains("json", StringComparison.OrdinalIgnoreCase);
}
