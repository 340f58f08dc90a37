using System.Buffers;

namespace AiPortal.Core.Gateway;

/// <summary>A dialect's way to say that a call failed. Stateless.</summary>
public abstract class ErrorShape
{
    /// <summary>The whole body of a refusal.</summary>
    public abstract void Write(IBufferWriter<byte> output, GatewayRefusal refusal, Guid requestId);

    /// <summary>One event inside a stream that has begun; the stream ends behind it without its usual end.</summary>
    public abstract void WriteEvent(IBufferWriter<byte> output, GatewayRefusal refusal, Guid requestId);

    /// <summary>The header in which this dialect's clients look for the request's id, besides <c>x-request-id</c>; null where it is that one.</summary>
    public virtual string? RequestIdHeader => null;

    /// <summary>The HTTP status in this dialect.</summary>
    public virtual int StatusOf(GatewayRefusal refusal) => refusal.Status;
}
