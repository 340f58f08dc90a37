using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Responses;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>
/// Which account keeps which response: what goes on from it must go there, and whoever asks for it must be the key that made it. The
/// newest are remembered, in this process.
/// </summary>
internal sealed class ResponsePins
{
    /// <summary>A few megabytes.</summary>
    public const int Most = 20_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(Guid Key, string Response), Guid> _accounts = [];
    private readonly Queue<(Guid Key, string Response)> _order = new();

    public void Note(Guid keyId, string responseId, Guid accountId)
    {
        lock (_lock)
        {
            if (!_accounts.TryAdd((keyId, responseId), accountId)) return;
            _order.Enqueue((keyId, responseId));
            if (_order.Count > Most) _accounts.Remove(_order.Dequeue());
        }
    }

    public Guid? AccountOf(Guid keyId, string responseId)
    {
        lock (_lock) return _accounts.TryGetValue((keyId, responseId), out var account) ? account : null;
    }

    /// <summary>
    /// Leaves of a call's plan the account that keeps what the call goes on from. Where nobody remembers it, that is always the same
    /// one: the first by priority, then by id, of those that keep responses.
    /// </summary>
    public GatewayRefusal? Narrow(GatewayCall call)
    {
        if (call.Scan is not ResponsesRequestScan { PreviousResponseId: { } previous }) return null;
        if (AccountOf(call.Key!.Id, previous) is { } account)
        {
            call.Plan = [.. call.Plan.Where(attempt => attempt.Account.Id == account)];
            return call.Plan.Count > 0 ? null : GatewayFailures.Refuse(GatewayFailure.ResponseUnknown, previous) with { Param = "previous_response_id" };
        }

        PlannedAttempt[] keepers = [.. call.Plan.Where(attempt => ResponsesOperation.MakesThem(attempt.Account.Kind)).OrderBy(attempt => attempt.Account.Priority).ThenBy(attempt => attempt.Account.Id)];
        // Without any, what the request goes on from is refused by name.
        if (keepers.Length > 0) call.Plan = keepers[..1];
        return null;
    }
}
