using System.Buffers;
using AiPortal.Core.Gateway.Translation;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway;

/// <summary>One attempt's request, as the dialects see it.</summary>
/// <param name="Body">The caller's bytes.</param>
/// <param name="UpstreamModel">The provider's own name of the model.</param>
/// <param name="Cap">The bound on the output that must be sent, because what is held counts on it; null: the caller's own, if any.</param>
/// <param name="ModelMaxOutput">The most the model can give, where the price book knows it.</param>
public sealed record ExchangeRequest(
    RequestScan Scan, ReadOnlySequence<byte> Body, ProviderKind Kind, string UpstreamModel, long? Cap, long? ModelMaxOutput, AnswerContext Context);

/// <summary>Where a request goes, relative to the account's address.</summary>
/// <param name="Accept">What may be answered; null: JSON, or events where a stream was asked for.</param>
public readonly record struct UpstreamTarget(string Path, string ContentType = "application/json", string? Accept = null);

/// <summary>What a plain answer shows, and what the caller gets of it.</summary>
/// <param name="Translated">Null: the provider's own bytes.</param>
public readonly record struct PlainAnswer(AnswerObservation Seen, ReadOnlyMemory<byte>? Translated = null);

/// <summary>How calls of one operation are made at providers of one dialect: bytes that pass through, or a translation there and back. Stateless.</summary>
public interface IUpstreamExchange
{
    /// <summary>Headers of the caller's that go to the provider; all others stay here.</summary>
    IReadOnlyList<string> PassedHeaders => [];

    /// <summary>Writes the provider's request. Null when written; else a refusal that names what this provider's dialect cannot express.</summary>
    GatewayRefusal? WriteRequest(ExchangeRequest request, IBufferWriter<byte> output, out UpstreamTarget target);

    /// <summary>Reads an answer that came whole; bytes that are no answer are told by <see cref="AnswerObservation.Unreadable"/>, nothing throws.</summary>
    PlainAnswer ReadPlain(ExchangeRequest request, in ReadOnlySequence<byte> body);

    /// <summary>Stands in an answer that comes as a stream.</summary>
    /// <param name="holdEnd">Nothing that ends the stream for its reader goes on before <see cref="IStreamTap.WriteEnd"/>.</param>
    IStreamTap Tap(ExchangeRequest request, bool holdEnd);

    /// <summary>Stands in an answer of plain bytes, such as sound, that goes on as it comes; null: such answers are read whole.</summary>
    IStreamTap? Bytes(ExchangeRequest request) => null;

    /// <summary>The error that the body of a refusal tells.</summary>
    AnswerObservation ReadRefusal(in ReadOnlySequence<byte> body);
}
