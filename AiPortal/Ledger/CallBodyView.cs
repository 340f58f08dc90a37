using AiPortal.Core.Bodies;
using AiPortal.Core.Tenancy;

namespace AiPortal.Ledger;

/// <summary>One text: <c>bytes</c> is its length as it came, <c>truncated</c> says that only its beginning is here.</summary>
internal sealed record KeptTextView(string Text, long Bytes, bool Truncated)
{
    public static KeptTextView? Of(KeptText? text) => text is null ? null : new KeptTextView(text.Text, text.Bytes, text.Truncated);
}

/// <summary>A call's texts as they were kept; <c>response</c> is null where no answer came.</summary>
internal sealed record CallBodyView(Guid Id, DateTimeOffset StartedAt, DateTimeOffset ExpiresAt, bool Streamed,
    IReadOnlyList<BodyRedaction> Redactions, KeptTextView Request, KeptTextView? Response)
{
    public static CallBodyView Of(CallBody body) => new(body.CallId, body.StartedAt, body.ExpiresAt, body.Streamed, body.Redactions,
        KeptTextView.Of(body.Request)!, KeptTextView.Of(body.Response));
}
