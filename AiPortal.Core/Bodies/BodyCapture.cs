using System.Buffers;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Bodies;

/// <summary>What is taken of one call while it runs. Copies bytes and does nothing else; never fails.</summary>
public sealed class BodyCapture : IDisposable
{
    private readonly CappedBytes _request;
    private CappedBytes? _answer;
    private readonly BodyMemory _memory;
    private readonly BodyOptions _options;

    internal BodyCapture(Guid organizationId, Guid callId, DateTimeOffset startedAt, BodyPolicy policy, BodyMemory memory, BodyOptions options)
    {
        (OrganizationId, CallId, StartedAt, Policy, _memory, _options) = (organizationId, callId, startedAt, policy, memory, options);
        _request = new CappedBytes(memory, options.MaxBytes + BodyOptions.Margin);
    }

    internal Guid OrganizationId { get; }

    internal Guid CallId { get; }

    /// <summary>UTC.</summary>
    internal DateTimeOffset StartedAt { get; }

    internal BodyPolicy Policy { get; }

    internal CappedBytes Request => _request;

    /// <summary>Null where none came.</summary>
    internal CappedBytes? Answer => _answer;

    /// <summary>The answer is an event stream.</summary>
    internal bool IsStreamed { get; private set; }

    internal bool IsLost => _request.IsLost || _answer is { IsLost: true };

    public void KeepRequest(ReadOnlySequence<byte> bytes) => Copy(bytes, _request);

    /// <summary>The whole answer, as it goes to the caller.</summary>
    public void KeepAnswer(ReadOnlySequence<byte> bytes)
    {
        _answer ??= new CappedBytes(_memory, _options.MaxBytes + BodyOptions.Margin);
        Copy(bytes, _answer);
    }

    /// <summary>The next piece of an event stream, as it goes to the caller.</summary>
    public void AppendEvents(ReadOnlySpan<byte> bytes)
    {
        IsStreamed = true;
        _answer ??= new CappedBytes(_memory, _options.MaxBytes * BodyOptions.StreamFactor);
        _answer.Append(bytes);
    }

    public void Dispose()
    {
        _request.Dispose();
        _answer?.Dispose();
    }

    private static void Copy(ReadOnlySequence<byte> bytes, CappedBytes to)
    {
        foreach (var piece in bytes) to.Append(piece.Span);
    }
}
