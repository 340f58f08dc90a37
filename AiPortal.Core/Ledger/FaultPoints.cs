using System.Diagnostics;
using System.Globalization;
using AiPortal.Core.Data;

namespace AiPortal.Core.Ledger;

/// <summary>Named places on a call's way to the ledger.</summary>
public enum FaultPoint
{
    /// <summary>Budgets hold, the journal knows nothing yet.</summary>
    HoldCommitted,

    /// <summary>The intent is journalled, nothing has been sent.</summary>
    IntentWritten,

    /// <summary>The provider has begun to answer.</summary>
    HeadersReceived,

    /// <summary>A piece of a stream has gone to the caller.</summary>
    MidStream,

    /// <summary>The provider's answer is whole, nothing is settled.</summary>
    LastByte,

    /// <summary>The settlement is journalled; a plain answer has not gone to the caller.</summary>
    SettledNotAnswered,

    /// <summary>The writer has begun a transaction.</summary>
    BeforeCopy,

    /// <summary>The writer has written all of a batch.</summary>
    BeforeCommit,

    /// <summary>The database has the batch, the writer does not know it yet.</summary>
    AfterCommit,
}

/// <summary>
/// Lets a process die, or a step fail, when a place has been passed so many times: how it is seen that nothing is lost then. Off unless
/// a test arms it. Thread-safe.
/// </summary>
public sealed class FaultPoints
{
    private const string Setting = "Portal:Faults";
    private readonly FaultPoint? _armed;
    private readonly bool _breaks;
    private readonly int _at;
    private int _passed;

    private FaultPoints(FaultPoint? armed, bool breaks, int at) => (_armed, _breaks, _at) = (armed, breaks, at);

    public static FaultPoints None { get; } = new(null, breaks: false, 0);

    /// <param name="text">
    /// <c>mid_stream:17</c> ends the process at the 17th passage without any clean-up; <c>after_commit:3:break</c> throws
    /// <see cref="IOException"/> at the 3rd, once.
    /// </param>
    /// <exception cref="StartFault">It is neither.</exception>
    public static FaultPoints Parse(string? text)
    {
        if (text is null) return None;
        var parts = text.Split(':');
        if (parts.Length is 2 or 3 && EnumWord.TryParse<FaultPoint>(parts[0], out var point) && (parts.Length == 2 || parts[2] == "break")
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at > 0)
            return new FaultPoints(point, parts.Length == 3, at);
        throw new StartFault(Setting, $"must be one of {string.Join(", ", Enum.GetValues<FaultPoint>().Select(EnumWord.Of))}, a colon and a count.");
    }

    /// <summary>Marks a place; costs a comparison while nothing is armed.</summary>
    public void Pass(FaultPoint point)
    {
        if (_armed != point || Interlocked.Increment(ref _passed) != _at) return;
        if (_breaks) throw new IOException($"Broken at {EnumWord.Of(point)}, as a test asked.");
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }
}
