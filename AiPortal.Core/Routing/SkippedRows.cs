using Microsoft.Extensions.Logging;

namespace AiPortal.Core.Routing;

/// <summary>The rows that a load left out. Each is told in the log when it is first seen, not again at every load.</summary>
internal sealed class SkippedRows(ILogger logger, SkippedRows? before)
{
    private readonly HashSet<Guid> _ids = [];
    private readonly HashSet<Guid> _told = before?._ids ?? [];

    public int Count => _ids.Count;

    /// <summary>What is made of a row; null where the row is malformed, so that it does not keep all the others from being loaded.</summary>
    public T? Keep<T>(string what, Guid id, Func<T?> make) where T : class
    {
        try
        {
            return make();
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // The message may quote the row, as a credential.
            if (_ids.Add(id) && !_told.Contains(id)) logger.LogError("The {What} {Id} cannot be used and is left out: {Fault}", what, id, fault.GetType().Name);
            return null;
        }
    }
}
