using System.Text;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Bodies;

/// <summary>From the bytes of a call to the row that is kept: put together, redacted, cut, sealed. In this order.</summary>
internal sealed class BodyPreparation(BodySeal seal, BodyOptions options)
{
    public CallBodyRow Prepare(BodyCapture capture)
    {
        var (organization, call, policy) = (capture.OrganizationId, capture.CallId, capture.Policy);
        var (request, requestCut) = Kept(capture.Request, streamed: false, policy);
        var (response, responseCut) = capture.Answer is { } answer ? Kept(answer, capture.IsStreamed, policy) : (null, false);
        return new CallBodyRow
        {
            Id = call,
            OrganizationId = organization,
            StartedAt = capture.StartedAt,
            ExpiresAt = capture.StartedAt.AddDays(policy.RetentionDays),
            Streamed = capture.IsStreamed,
            Redactions = [.. policy.Redactions.Select(EnumWord.Of)],
            Request = seal.Close(request, organization, call, BodyPart.Request),
            RequestBytes = capture.Request.Length,
            RequestTruncated = requestCut,
            Response = response is null ? null : seal.Close(response, organization, call, BodyPart.Response),
            ResponseBytes = capture.Answer?.Length ?? 0,
            ResponseTruncated = responseCut,
        };
    }

    private (byte[] Text, bool Cut) Kept(CappedBytes bytes, bool streamed, BodyPolicy policy)
    {
        var text = bytes.Text();
        if (streamed) text = StreamedAnswer.Join(text);
        var kept = Encoding.UTF8.GetBytes(JsonRedaction.Redact(text, policy.Redactions));
        return kept.Length <= options.MaxBytes ? (kept, bytes.IsCut) : (kept[..CharacterEnd(kept, options.MaxBytes)], true);
    }

    /// <summary>The last place up to here where no character is cut in half.</summary>
    private static int CharacterEnd(ReadOnlySpan<byte> utf8, int most)
    {
        while (most > 0 && (utf8[most] & 0xC0) == 0x80) most--;
        return most;
    }
}
