namespace AiPortal.Gateway;

/// <summary>
/// What all calls together may hold of bodies that are kept whole: requests, and answers that are no streams. Each has a bound of its
/// own; this is for many large ones at a time.
/// </summary>
internal sealed class BufferMemory(GatewayOptions options)
{
    private long _taken;

    /// <summary>Bytes.</summary>
    public long Taken => Volatile.Read(ref _taken);

    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= options.MaxBufferedBytes) return true;
        Give(bytes);
        return false;
    }

    public void Give(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
