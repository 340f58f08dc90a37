namespace AiPortal.Core.Bodies;

/// <summary>Counts the memory that bodies take, over all calls, against one bound.</summary>
internal sealed class BodyMemory(long most)
{
    private long _taken;

    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= most) return true;
        Interlocked.Add(ref _taken, -bytes);
        return false;
    }

    public void Give(int bytes) => Interlocked.Add(ref _taken, -bytes);
}
