namespace AiPortal.Core.Gateway.OpenAi;

/// <summary>A request that is one JSON object, after one pass over its bytes.</summary>
public class JsonRequestScan : RequestScan
{
    internal JsonRequestScan()
    {
    }

    /// <summary>The value of <c>model</c>; null where it was left out and may be.</summary>
    public ByteRange? ModelRange { get; internal set; }

    /// <summary>Just behind the body's opening brace, where a member can be put in.</summary>
    public long MembersStart { get; internal set; }

    public bool HasMembers { get; internal set; }
}
