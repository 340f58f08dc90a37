namespace AiPortal.Core.Gateway.Responses;

/// <summary>How a vendor's seal of thoughts travels in <c>encrypted_content</c> of a reasoning item: with a mark of what it is.</summary>
internal readonly record struct ReasoningSeal(string? Signature, string? Redacted)
{
    private const string SignatureMark = "signature:";
    private const string RedactedMark = "redacted:";

    public static ReasoningSeal Read(string? text) =>
        text is null ? default
        : text.StartsWith(SignatureMark, StringComparison.Ordinal) ? new(text[SignatureMark.Length..], null)
        : text.StartsWith(RedactedMark, StringComparison.Ordinal) ? new(null, text[RedactedMark.Length..])
        : default;

    public override string? ToString() => Signature is not null ? SignatureMark + Signature : Redacted is not null ? RedactedMark + Redacted : null;
}
