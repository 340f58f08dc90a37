using AiPortal.Core.Gateway;
using AiPortal.Core.Routing;
using AiPortal.Core.Routing.Health;
using AiPortal.Core.Routing.Routes;

namespace AiPortal.Gateway;

/// <summary>
/// Which account a call goes to next: the plan's in their order, each that has room and is well; where the plan has but one, that one
/// again after a pause. Never more attempts, and none later, than the route allows; further attempts at accounts that have not just answered
/// count against the organization's retry budget, so that an outage is not made worse.
/// </summary>
internal sealed class AttemptSteps(GatewayCall call, TimeProvider clock)
{
    /// <summary>A provider that wants to be left alone for longer is not waited for.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ProofPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestProof = TimeSpan.FromSeconds(2);
    private readonly int _most = call.Route?.MaxAttempts ?? RouteDraft.StandardAttempts;
    private readonly TimeSpan _timeout = call.Route?.Timeout ?? TimeSpan.FromSeconds(RouteDraft.StandardTimeout);
    private int _index = -1;
    private int _made;

    /// <summary>The attempt to make; valid after a step that gave a use.</summary>
    public PlannedAttempt Plan => call.Plan[_index];

    public int Index => _index;

    /// <summary>Another account could take the call yet, so that this one need not be waited for at any length.</summary>
    public bool HasOthers => _made < _most && _index + 1 < call.Plan.Count;

    /// <summary>How much of the route's time is left.</summary>
    public TimeSpan Left => _timeout - clock.GetElapsedTime(call.StartedTicks);

    /// <summary>A place for the first attempt; null where no account has room, with the time until one may have.</summary>
    public AccountUse? First(out TimeSpan wait) => Enter(extra: false, out wait);

    /// <summary>A place for a further attempt after one that failed; null where none is made.</summary>
    public async ValueTask<AccountUse?> NextAsync(CallAttempt? last, GatewayRefusal refusal)
    {
        if (!MayTryNext(refusal) || _made >= _most || Left <= TimeSpan.Zero) return null;
        if (call.Plan.Count == 1)
        {
            if (Pause(last, refusal) is not { } pause || pause >= Left) return null;
            if (!await AffordsAsync(Plan.Account.Health)) return null;
            await Task.Delay(pause, clock, CancellationToken.None);
            _index = -1;
        }
        else if (_index + 1 < call.Plan.Count && !await AffordsAsync(call.Plan[_index + 1].Account.Health))
        {
            return null;
        }

        return call.CallerLeft ? null : Enter(extra: true, out _);
    }

    /// <summary>A place by the plan that has taken the former one's, instead of the place just given up; null where no account has room.</summary>
    public AccountUse? Anew()
    {
        (_index, _made) = (-1, _made - 1);
        return Enter(extra: true, out _);
    }

    private AccountUse? Enter(bool extra, out TimeSpan wait)
    {
        wait = TimeSpan.FromMinutes(1);
        while (++_index < call.Plan.Count)
        {
            var (account, model) = (Plan.Account, Plan.UpstreamModel);
            if (account.Health.Enter(account.Limits, model, call.Scan!.Stream, call.ExpectedTokens, call.IsForced, extra, out var until) is { } use)
            {
                _made++;
                return use;
            }

            if (until < wait) wait = until;
        }

        return null;
    }

    /// <summary>Free where the account has just answered others; else out of the budget, or after it has answered one that is under way.</summary>
    private async ValueTask<bool> AffordsAsync(AccountHealth health)
    {
        var retries = call.Key!.Organization.Retries;
        var began = clock.GetTimestamp();
        while (!health.IsProven && !retries.TryTake())
        {
            if (call.CallerLeft || !health.MayProve || clock.GetElapsedTime(began) >= LongestProof) return false;
            await Task.Delay(Jittered(ProofPause), clock, CancellationToken.None);
        }

        return true;
    }

    private bool MayTryNext(GatewayRefusal refusal) =>
        !call.CallerLeft && !call.Context.Response.HasStarted
        && (refusal.Failure != GatewayFailure.UpstreamRefused || refusal.UpstreamStatus is 404 or 429)
        && refusal.Failure is not (GatewayFailure.BodyInvalid or GatewayFailure.Overloaded or GatewayFailure.ShuttingDown);

    /// <summary>How long to wait before the same account is asked again; null where that is of no use, or the request may have been served.</summary>
    private TimeSpan? Pause(CallAttempt? last, GatewayRefusal refusal)
    {
        var refused = last?.Outcome?.UpstreamStatus is 429 or >= 500 && refusal.Failure != GatewayFailure.UpstreamAuthFailed;
        if (!refused && refusal.Failure != GatewayFailure.UpstreamUnreachable) return null;
        if (refusal.RetryAfter > LongestPause) return null;
        var pause = Jittered(FirstPause * Math.Pow(2, _made - 1));
        return refusal.RetryAfter > pause ? refusal.RetryAfter : pause;
    }

    private static TimeSpan Jittered(TimeSpan pause) => pause * (0.5 + (Random.Shared.NextDouble() / 2));
}
