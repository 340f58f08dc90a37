using System.Buffers;
using System.Text;

namespace AiPortal.Core.Gateway.Media;

/// <summary>A request that is a form: images to be changed, sound to be heard.</summary>
internal static class MediaFormScanner
{
    private const int MaxModelLength = 256;
    private const int MaxWordLength = 64;
    private const int MaxUserLength = 512;
    private static readonly string[] Watched = ["model", "prompt", "n", "stream", "response_format", "file", "mask"];

    /// <param name="scan">Gets what is found; its content type is set.</param>
    /// <param name="body">The form.</param>
    /// <param name="heard">Sound is wanted, not images.</param>
    /// <param name="needsPrompt">A prompt is wanted.</param>
    public static GatewayRefusal? Read(MediaScan scan, in ReadOnlySequence<byte> body, bool heard, bool needsPrompt)
    {
        if (!MultipartForm.TryRead(scan.ContentType, body, out var form, out var fault)) return Fault(null, $"The form cannot be read: {fault}");
        scan.Boundary = form.Boundary;
        var seen = new HashSet<string>();
        foreach (var part in form.Parts)
        {
            if (Array.Find(Watched, name => name.Equals(part.Name, StringComparison.OrdinalIgnoreCase)) is { } watched)
            {
                if (part.Name != watched) return Fault(watched, $"Unknown spelling of '{watched}': some providers would read it as that field, others would not.");
                if (!seen.Add(watched)) return Fault(watched, $"'{watched}' is given twice.");
                if (part.IsFile != watched is "file" or "mask") return Fault(watched, $"'{watched}' must be a {(watched is "file" or "mask" ? "file" : "field, not a file")}.");
            }

            if (Take(scan, part, body.Slice(part.Value.Start, part.Value.Length)) is { } refusal) return refusal;
        }

        if (scan.Model.Length == 0 && !heard) scan.Model = ImageScanner.Standard;
        if (scan.Model.Length == 0) return Fault("model", "You must provide a 'model'.");
        if (heard && !seen.Contains("file")) return Fault("file", "You must provide a 'file'.");
        if (!heard && scan.Images == 0) return Fault("image", "You must provide an 'image'.");
        if (needsPrompt && !seen.Contains("prompt")) return Fault("prompt", "You must provide a 'prompt'.");
        if (!heard) scan.ImagesWanted = Math.Max(1, scan.ImagesWanted);
        return null;
    }

    private static GatewayRefusal? Take(MediaScan scan, FormPart part, in ReadOnlySequence<byte> value)
    {
        switch (part.Name)
        {
            case "model":
                var model = Word(value, MaxModelLength);
                if (string.IsNullOrWhiteSpace(model) || model.Any(char.IsControl))
                    return Fault("model", $"'model' must be a non-empty string of at most {MaxModelLength} characters.");
                (scan.Model, scan.ModelRange) = (model, part.Value);
                return null;
            case "prompt":
                if (!Utf8Check.IsWellFormed(value)) return Fault("prompt", "'prompt' is not UTF-8.");
                var text = scan.Text;
                foreach (var segment in value) text.AddUtf8(segment.Span);
                scan.Text = text;
                return null;
            case "n":
                if (!int.TryParse(Word(value, MaxWordLength), out var count) || count is < 1 or > ImageScanner.MaxImages)
                    return Fault("n", $"'n' must be an integer from 1 to {ImageScanner.MaxImages}.");
                scan.ImagesWanted = count;
                return null;
            case "stream":
                switch (Word(value, MaxWordLength)?.ToLowerInvariant())
                {
                    case "true" or "1": scan.Stream = true; return null;
                    case "false" or "0" or "": return null;
                    default: return Fault("stream", "'stream' must be true or false.");
                }
            case "response_format": scan.ResponseFormat = Word(value, MaxWordLength); return null;
            case "user": scan.User = Word(value, MaxUserLength); return null;
            case "file": Hear(scan, value); return null;
            case "image" or "image[]" or "mask": scan.Images++; return null;
            default: return null;
        }
    }

    private static void Hear(MediaScan scan, in ReadOnlySequence<byte> sound)
    {
        scan.AudioMs = AudioLength.Of(sound);
        var seconds = (scan.AudioMs / 1000) + 1;
        var text = scan.Text;
        text.AddAscii(seconds * MediaTokens.HeardPerSecond);
        scan.Text = text;
        scan.FixedOutput = (seconds * MediaTokens.WrittenPerSecond) + MediaTokens.WrittenAtLeast;
    }

    private static string? Word(in ReadOnlySequence<byte> value, int maxLength) =>
        value.Length <= maxLength * 3L && Utf8Check.IsWellFormed(value) && Encoding.UTF8.GetString(value) is { } text && text.Length <= maxLength ? text : null;

    private static GatewayRefusal Fault(string? param, string message) => GatewayFailures.Refuse(GatewayFailure.BodyInvalid, message) with { Param = param };
}
