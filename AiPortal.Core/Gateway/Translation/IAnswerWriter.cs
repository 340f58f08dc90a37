using System.Buffers;

namespace AiPortal.Core.Gateway.Translation;

/// <summary>What an answer needs of its call.</summary>
/// <param name="Model">Named where the provider does not name one.</param>
/// <param name="EstimatedInput">Tokens, for dialects whose streams begin with an input count that the provider has not told yet.</param>
/// <param name="Scan">Of the caller's request.</param>
public sealed record AnswerContext(Guid RequestId, DateTimeOffset CreatedAt, string Model, long EstimatedInput, RequestScan Scan);

/// <summary>Writes one answer in the caller's dialect.</summary>
public interface IAnswerWriter
{
    /// <summary>The frames of a stream that an event makes, maybe none.</summary>
    void Write(AnswerEvent happened, IBufferWriter<byte> output);

    /// <summary>The end of a stream that came whole; what goes before it (a comment with the cost) is already written.</summary>
    void WriteEnd(IBufferWriter<byte> output);

    /// <summary>A plain answer.</summary>
    void WriteWhole(WholeAnswer answer, IBufferWriter<byte> output);
}
