using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway.Translation;

/// <summary>A caller of one dialect at a provider of another.</summary>
public sealed class TranslatedExchange : IUpstreamExchange
{
    private static readonly ConcurrentDictionary<(CallerTongue, ProviderTongue), TranslatedExchange> Made = new();

    private readonly CallerTongue _caller;
    private readonly ProviderTongue _provider;

    private TranslatedExchange(CallerTongue caller, ProviderTongue provider) => (_caller, _provider) = (caller, provider);

    /// <summary>Null where providers of the dialect are not spoken to.</summary>
    public static TranslatedExchange? Between(CallerTongue caller, ProviderDialect dialect) =>
        ProviderTongues.Of(dialect) is { } provider ? Made.GetOrAdd((caller, provider), static pair => new TranslatedExchange(pair.Item1, pair.Item2)) : null;

    public GatewayRefusal? WriteRequest(ExchangeRequest request, IBufferWriter<byte> output, out UpstreamTarget target)
    {
        target = new UpstreamTarget(_provider.Path(request));
        using var body = JsonDocument.Parse(request.Body, new JsonDocumentOptions { MaxDepth = RequestScan.MaxDepth });
        try
        {
            return _caller.Prompts.TryRead(body.RootElement, request.Scan, out var prompt, out var refusal)
                ? _provider.Prompts.Write(prompt, new PromptTarget(request.Kind, request.UpstreamModel, request.Cap, request.ModelMaxOutput), output)
                : refusal;
        }
        catch (InvalidOperationException)
        {
            // The first pass does not look inside strings.
            return GatewayFailures.Refuse(GatewayFailure.BodyNotJson, "a string has half of a surrogate pair.");
        }
    }

    public PlainAnswer ReadPlain(ExchangeRequest request, in ReadOnlySequence<byte> body)
    {
        var (seen, events) = ReadWhole(body, Reader(request.Kind));
        if (seen.Unreadable > 0 || seen.Error is not null) return new PlainAnswer(seen);
        var answer = new ArrayBufferWriter<byte>();
        _caller.Answers(request.Context).WriteWhole(WholeAnswer.Of(events), answer);
        return new PlainAnswer(seen, answer.WrittenMemory);
    }

    public IStreamTap Tap(ExchangeRequest request, bool holdEnd) => new TranslatingTap(Reader(request.Kind), _caller.Answers(request.Context));

    public AnswerObservation ReadRefusal(in ReadOnlySequence<byte> body) => ReadWhole(body, _provider.Answers()).Seen;

    private IAnswerReader Reader(ProviderKind kind) => kind.FakesUsage ? new UsagelessReader(_provider.Answers()) : _provider.Answers();

    private static (AnswerObservation Seen, List<AnswerEvent> Events) ReadWhole(in ReadOnlySequence<byte> body, IAnswerReader reader)
    {
        var seen = new AnswerObservation();
        var events = new List<AnswerEvent>();
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object) reader.ReadWhole(document.RootElement, events);
            else seen.Unreadable = 1;
        }
        // The second is half of a surrogate pair.
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            seen.Unreadable = 1;
        }

        foreach (var happened in events) seen.Note(happened);
        return (seen, events);
    }
}
