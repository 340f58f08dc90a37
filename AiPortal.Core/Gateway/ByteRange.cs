namespace AiPortal.Core.Gateway;

/// <summary>Where a value stands in the body, in bytes from its beginning; a string's range includes its quotes.</summary>
public readonly record struct ByteRange(long Start, long Length)
{
    public long End => Start + Length;
}
