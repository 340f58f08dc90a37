using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using AiPortal.Core.Catalog;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway.Media;

/// <summary>The ways in for images and sound, <c>/v1/images/…</c> and <c>/v1/audio/…</c>.</summary>
public sealed class MediaOperation : GatewayOperation
{
    private readonly MediaPassage _passage;
    private readonly MediaKind _kind;
    private readonly ProviderServices _service;
    private readonly bool _needsPrompt;

    private MediaOperation(string path, MediaKind kind, ProviderServices service, string requestType, bool needsPrompt = false)
    {
        (_passage, _kind, _service, _needsPrompt) = (new MediaPassage(path, kind), kind, service, needsPrompt);
        (Path, RequestType) = (path, requestType);
    }

    public static IReadOnlyList<MediaOperation> All { get; } =
    [
        new("images/generations", MediaKind.Images, ProviderServices.ImageGenerations, "image", needsPrompt: true),
        new("images/edits", MediaKind.Images, ProviderServices.ImageEdits, "image", needsPrompt: true),
        new("images/variations", MediaKind.Images, ProviderServices.ImageVariations, "image"),
        new("audio/speech", MediaKind.Spoken, ProviderServices.Speech, "audio_speech"),
        new("audio/transcriptions", MediaKind.Heard, ProviderServices.Transcriptions, "audio_transcription"),
        new("audio/translations", MediaKind.Heard, ProviderServices.Translations, "audio_translation"),
    ];

    /// <summary>Behind <c>/v1/</c>, here and at the provider.</summary>
    public string Path { get; }

    public override string RequestType { get; }

    public override ErrorShape Errors => OpenAiErrors.Shape;

    public override IUpstreamExchange? At(ProviderKind kind) => kind.Dialect == ProviderDialect.OpenAi && kind.Has(_service) ? _passage : null;

    public override bool Meters(string billingUnit) => base.Meters(billingUnit) || _kind switch
    {
        MediaKind.Images => billingUnit == BillingUnits.Image,
        MediaKind.Spoken => billingUnit is BillingUnits.Character or BillingUnits.Minute,
        MediaKind.Heard => billingUnit == BillingUnits.Minute,
    };

    public override bool TryRead(
        CallTarget target, in ReadOnlySequence<byte> body, [NotNullWhen(true)] out RequestScan? scan, [NotNullWhen(false)] out GatewayRefusal? refusal)
    {
        var read = new MediaScan { ContentType = MultipartForm.IsMultipart(target.ContentType) ? target.ContentType : null };
        var isForm = read.ContentType is not null || _kind == MediaKind.Heard || _service == ProviderServices.ImageVariations;
        if (isForm) refusal = MediaFormScanner.Read(read, body, _kind == MediaKind.Heard, _needsPrompt);
        else if (_kind == MediaKind.Spoken) refusal = new SpeechScanner(read).Read(body);
        else refusal = new ImageScanner(read, _service == ProviderServices.ImageEdits).Read(body);
        read.FixedOutput ??= _kind == MediaKind.Images ? read.ImagesWanted * MediaTokens.MostPerImage : ((read.AudioMs / 1000) + 1) * MediaTokens.SpokenPerSecond;
        scan = refusal is null ? read : null;
        return refusal is null;
    }
}
