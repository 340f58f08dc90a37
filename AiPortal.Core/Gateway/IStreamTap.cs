using System.Buffers;

namespace AiPortal.Core.Gateway;

/// <summary>Stands in a stream between provider and caller: lets bytes through or translates them, and sees usage and ending. Of one answer.</summary>
public interface IStreamTap : IDisposable
{
    const string EventStream = "text/event-stream";

    AnswerObservation Seen { get; }

    /// <summary>The provider brought its answer to an end by its dialect's own sign, and no error.</summary>
    bool IsComplete { get; }

    /// <summary>The provider's own words for its failure have gone to the caller.</summary>
    bool ErrorPassed { get; }

    /// <summary>The last bytes passed on belong to an unfinished frame: an empty line must come before anything else is written.</summary>
    bool IsMidFrame { get; }

    /// <summary>Of what is passed on; comments may be put in only where it is events.</summary>
    string ContentType => EventStream;

    /// <summary>Set when what comes cannot be a stream of this dialect. It must not be relayed further.</summary>
    GatewayFailure? Fault { get; }

    /// <summary>Takes the next bytes and writes to <paramref name="output"/> what may go on now. False after a fault.</summary>
    bool Push(ReadOnlySpan<byte> chunk, IBufferWriter<byte> output);

    /// <summary>The provider closed the stream: writes what was kept back and may go on.</summary>
    void Finish(IBufferWriter<byte> output);

    /// <summary>Writes what ends the stream for its reader, as far as it was kept back.</summary>
    void WriteEnd(IBufferWriter<byte> output);
}
