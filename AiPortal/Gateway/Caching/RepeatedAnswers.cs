using System.Buffers;
using System.Globalization;
using System.Text;
using AiPortal.Core.Gateway;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Journals;
using AiPortal.Core.Tenancy;

namespace AiPortal.Gateway.Caching;

/// <summary>
/// For keys that want it: a request that was answered before is given the same answer, held and booked at the share of the price that
/// the organization set. It is an attempt like any other but that nobody is asked.
/// </summary>
internal sealed class RepeatedAnswers(AnswerStore store, Settling settling, TimeProvider clock, ILogger<RepeatedAnswers> logger)
{
    private const string Header = "x-portal-cache";

    /// <summary>After the plan is made: finds an answer, or prepares to keep the one that will come.</summary>
    public void Look(GatewayCall call)
    {
        (call.Repeat, call.Recording) = (null, null);
        if (PolicyOf(call) is not { } policy || !store.IsOn || !call.Operation.IsRepeatable || call.Plan.Count == 0) return;
        if (string.Equals(call.Context.Request.Headers[Header], "off", StringComparison.OrdinalIgnoreCase)) return;
        if (RequestHash.Of(call, policy.PerKey) is not { } hash) return;
        if (store.Find(hash, policy.Ttl) is { } answer && call.Plan.FirstOrDefault(attempt => attempt.Account.Id == answer.Account && attempt.UpstreamModel == answer.UpstreamModel) is { } made)
        {
            call.Repeat = answer;
            call.Plan = [made with { Price = made.Price with { DiscountPercent = Discount(made.Price.DiscountPercent, policy) } }];
        }
        else call.Recording = new AnswerRecording(hash);
    }

    /// <summary>Gives the answer that was found, and settles it.</summary>
    public async Task<GatewayRefusal?> GiveAsync(GatewayCall call)
    {
        var answer = call.Repeat!;
        CallAttempt attempt;
        try
        {
            attempt = settling.Open(call, call.Plan[0]);
        }
        catch (JournalUnavailableException fault)
        {
            logger.LogError("The journal takes no call: {Fault}", fault.Message);
            return GatewayFailures.Refuse(GatewayFailure.Overloaded);
        }

        settling.Close(attempt, new AttemptOutcome(EntryStatus.Ok, answer.Usage) { ServiceTier = answer.ServiceTier, Region = answer.Region });
        attempt.Notes = (attempt.Notes ?? new CostNotes()) with { Cached = true };
        settling.Record(attempt, final: true);

        var response = call.Context.Response;
        CallAnswers.Identify(call, attempt);
        response.ContentType = answer.ContentType;
        if (answer.IsStream)
        {
            response.Headers.CacheControl = "no-cache";
            response.Headers["X-Accel-Buffering"] = "no";
        }
        else
        {
            response.Headers["x-portal-cost-usd"] = attempt.Cost.Total.ToString("0.############", CultureInfo.InvariantCulture);
            response.ContentLength = answer.Length;
        }

        foreach (var piece in answer.Pieces) await SendAsync(call, answer, piece);
        if (!answer.IsStream) return null;
        if (call.Context.Request.Headers["x-portal-cost"] == "true")
            await SendAsync(call, answer, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $": portal-cost-usd={attempt.Cost.Total:0.############}\n\n")));
        await SendAsync(call, answer, answer.End);
        return null;
    }

    /// <summary>Keeps, once, an answer that came whole and whose figures the provider gave.</summary>
    public void Keep(GatewayCall call)
    {
        if (call.Recording is not { IsGivenUp: false } recording || call.Attempts is not [.., { Outcome: { Status: EntryStatus.Ok, Estimated: false, UpstreamStatus: 200 } outcome } attempt]) return;
        if (call.Context.Response is not { StatusCode: 200, ContentType: { } contentType }) return;
        store.Keep(recording.Key, new StoredAnswer(
            attempt.Plan.Account.Id, attempt.Plan.UpstreamModel, contentType, contentType.StartsWith("text/event-stream", StringComparison.Ordinal), clock.GetTimestamp(),
            recording.Pieces, recording.End, outcome.Usage)
        {
            ServiceTier = outcome.ServiceTier,
            Region = outcome.Region,
        });
        call.Recording = null;
    }

    /// <summary>The key's word before the route's, and the organization's last.</summary>
    private static CachePolicy? PolicyOf(GatewayCall call) => call.Route?.Cache is { } route
        ? CachePolicy.Of(call.Key!.CacheTerms, route.Over(call.Key.Organization.Cache))
        : call.Key!.Cache;

    private static async Task SendAsync(GatewayCall call, StoredAnswer answer, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length == 0) return;
        if (answer.IsStream) call.Capture?.AppendEvents(bytes.Span);
        else call.Capture?.KeepAnswer(new ReadOnlySequence<byte>(bytes));
        await call.Context.Response.BodyWriter.WriteAsync(bytes, call.Context.RequestAborted);
    }

    /// <summary>Of what the contract leaves, the share that is paid.</summary>
    private static decimal Discount(decimal percent, CachePolicy policy) => 100 - ((100 - percent) * policy.PriceShare);
}
