using AiPortal.Core.Catalog;

namespace AiPortal.Core.Gateway;

/// <summary>
/// Tokens guessed from text, for answers whose provider gave no usage. Per character: one byte ¼ token, two bytes ½,
/// three bytes 0.8 (Chinese, Japanese, Korean in current vocabularies), four bytes 2. Such an entry is marked estimated.
/// </summary>
public static class TokenEstimate
{
    private const int TokensPerMessage = 4;
    private const int TokensPerAnswerStart = 3;
    private const int TokensPerLowDetailImage = 85;
    private const int TokensPerImage = 765;

    /// <summary>Rounded up: some text is at least one token.</summary>
    public static long Of(in TextTally text)
    {
        var twentieths = (5 * text.OneByte) + (10 * text.TwoByte) + (16 * text.ThreeByte) + (40 * text.FourByte);
        return (twentieths + 19) / 20;
    }

    public static long Input(RequestScan scan) =>
        Of(scan.Text) + (TokensPerMessage * scan.Messages) + TokensPerAnswerStart
        + (TokensPerLowDetailImage * scan.LowDetailImages) + (TokensPerImage * (scan.Images - scan.LowDetailImages));

    /// <summary>
    /// The prompt, which a provider that accepted the call charges, by its own count where the stream began with it; and what the answer
    /// has shown so far.
    /// </summary>
    public static Usage Of(RequestScan scan, AnswerObservation seen) =>
        seen.FirstUsage is { Usage: var first }
            ? first with { Output = Math.Max(first.Output, Of(seen.Content)), Reasoning = Math.Max(first.Reasoning, Of(seen.Reasoning)) }
            : new(Input(scan), 0, 0, Of(seen.Content), Of(seen.Reasoning));
}
