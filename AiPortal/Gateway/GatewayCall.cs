using System.Buffers;
using System.Diagnostics;
using System.Net;
using AiPortal.Core.Bodies;
using AiPortal.Core.Gateway;
using AiPortal.Core.Replays;
using AiPortal.Core.Routing;
using AiPortal.Core.Routing.Routes;
using AiPortal.Gateway.Caching;

namespace AiPortal.Gateway;

/// <summary>An answer of an earlier call under the same idempotency key.</summary>
internal sealed record ReplayedAnswer(Guid RequestId, KeptAnswer Answer);

/// <summary>What the steps of one call know of it.</summary>
internal sealed class GatewayCall(HttpContext context, GatewayOperation operation, CallTarget target, Guid requestId, DateTimeOffset startedAt, long startedTicks)
{
    public HttpContext Context { get; } = context;

    /// <summary>What the caller asks for, and in which dialect.</summary>
    public GatewayOperation Operation { get; } = operation;

    public CallTarget Target { get; } = target;

    /// <summary>Groups the attempts; the caller sees it as <c>x-request-id</c>.</summary>
    public Guid RequestId { get; } = requestId;

    /// <summary>UTC; decides price and budget period.</summary>
    public DateTimeOffset StartedAt { get; } = startedAt;

    /// <summary>Monotonic.</summary>
    public long StartedTicks { get; } = startedTicks;

    public PortalSnapshot Snapshot { get; set; } = PortalSnapshot.Empty;

    /// <summary>Null until authenticated.</summary>
    public KeySnapshot? Key { get; set; }

    public IPAddress? ClientAddress { get; set; }

    public PooledBody? Body { get; set; }

    public RequestScan? Scan { get; set; }

    /// <summary>The cheaper model that a budget sent the call to.</summary>
    public string? DowngradedTo { get; set; }

    /// <summary>The model the call is made with: the one asked for, or the one it was downgraded to.</summary>
    public string Model => DowngradedTo ?? Scan!.Model;

    /// <summary>The model asked for, where another one is used.</summary>
    public string? DowngradedFrom => DowngradedTo is null ? null : Scan!.Model;

    public CallLabels Labels { get; set; } = CallLabels.None;

    public IReadOnlyList<PlannedAttempt> Plan { get; set; } = [];

    /// <summary>The route that made the plan; null where the accounts' own priorities did.</summary>
    public RouteSnapshot? Route { get; set; }

    /// <summary>None of the plan's accounts is well, or there is but one: it is tried all the same.</summary>
    public bool IsForced { get; set; }

    /// <summary>Tokens that it may come to, for the limits of accounts.</summary>
    public long ExpectedTokens { get; set; }

    public KeyLease? Lease { get; set; }

    /// <summary>The hold of the next attempt, made by admission for the first one.</summary>
    public HeldAmount? Held { get; set; }

    /// <summary>Made so far, the last one at the end.</summary>
    public List<CallAttempt> Attempts { get; } = [];

    /// <summary>Set where the caller gave an idempotency key and this call is the one that is made under it.</summary>
    public ClaimedReplay? Claimed { get; set; }

    /// <summary>Set where the answer was given before; nothing is sent or billed then.</summary>
    public ReplayedAnswer? Replay { get; set; }

    /// <summary>The answer of an equal request, for keys that want it; given instead of asking a provider.</summary>
    public StoredAnswer? Repeat { get; set; }

    /// <summary>Set where the answer may be kept for equal requests.</summary>
    public AnswerRecording? Recording { get; set; }

    /// <summary>Set where the organization keeps bodies and something was sent.</summary>
    public BodyCapture? Capture { get; set; }

    /// <summary>What was answered instead of a whole answer.</summary>
    public GatewayRefusal? Refusal { get; set; }

    /// <summary>Null where nobody listens.</summary>
    public Activity? Span { get; set; }

    /// <summary>The portal waits for this call when it is told to stop, until <see cref="PortalEnds"/>.</summary>
    public bool IsWaitedFor { get; init; }

    /// <summary>The portal stops, and the time of calls under way is over.</summary>
    public CancellationToken PortalEnds { get; init; }

    public bool CallerLeft => Context.RequestAborted.IsCancellationRequested;

    public ReadOnlySequence<byte> Bytes => Body?.Sequence ?? default;
}
