using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using AiPortal.Core.Catalog;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway;

/// <summary>Where a call came in, besides its body.</summary>
/// <param name="Model">The model that the path names, unescaped; null where the body names it.</param>
/// <param name="Stream">Whether the path asks for a stream; null where the body says so.</param>
/// <param name="ContentType">Of the body, with its parameters.</param>
public readonly record struct CallTarget(string? Model = null, bool? Stream = null, string? ContentType = null);

/// <summary>One way in: what callers ask for, and in which dialect. Stateless.</summary>
public abstract class GatewayOperation
{
    protected GatewayOperation() => Speaks = kind => At(kind) is not null;

    /// <summary>Whether accounts of a kind can serve it.</summary>
    public Predicate<ProviderKind> Speaks { get; }

    /// <summary>The entries' <c>request_type</c>, such as <c>chat</c>.</summary>
    public abstract string RequestType { get; }

    /// <summary>Whether an equal request may be given an equal answer: nothing is kept at the provider that the answer names.</summary>
    public virtual bool IsRepeatable => false;

    /// <summary>How this caller is told of a failure.</summary>
    public abstract ErrorShape Errors { get; }

    /// <summary>Reads a body. False, with a refusal that names the fault, when it is not an acceptable request; never throws for any bytes.</summary>
    public abstract bool TryRead(
        CallTarget target, in ReadOnlySequence<byte> body, [NotNullWhen(true)] out RequestScan? scan, [NotNullWhen(false)] out GatewayRefusal? refusal);

    /// <summary>How such a call is made at an account of a kind; null when accounts of that kind cannot serve it.</summary>
    public abstract IUpstreamExchange? At(ProviderKind kind);

    /// <summary>Whether what such a call uses can be counted in a price's unit.</summary>
    public virtual bool Meters(string billingUnit) => billingUnit is BillingUnits.Token or BillingUnits.Request;
}
