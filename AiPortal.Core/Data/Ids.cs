namespace AiPortal.Core.Data;

/// <summary>Row ids: UUIDv7, so that they sort by the instant they were made.</summary>
public static class Ids
{
    public static Guid New(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return Guid.CreateVersion7(clock.GetUtcNow());
    }
}
