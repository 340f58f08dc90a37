using AiPortal.Core.Gateway;

namespace AiPortal.Gateway;

/// <summary>
/// Refusals in the log: each while they are few. When thousands a second are refused for one reason, the first ten of a second and
/// how many followed; the call log has them all.
/// </summary>
internal sealed class RefusalLog(TimeProvider clock, ILogger<RefusalLog> logger)
{
    private const int EachSecond = 10;

    private readonly Window[] _windows = [.. Enum.GetValues<GatewayFailure>().Select(_ => new Window())];

    public void Write(GatewayCall call, GatewayFailure failure)
    {
        var level = GatewayFailures.Of(failure).Level;
        if (!logger.IsEnabled(level)) return;
        var window = _windows[(int)failure];
        int unsaid;
        lock (window)
        {
            var now = clock.GetTimestamp();
            if (clock.GetElapsedTime(window.Began, now) >= TimeSpan.FromSeconds(1)) (window.Began, window.Written) = (now, 0);
            if (window.Written >= EachSecond)
            {
                window.Unsaid++;
                return;
            }

            window.Written++;
            (unsaid, window.Unsaid) = (window.Unsaid, 0);
        }

        if (unsaid > 0) logger.Log(level, "{Count} more calls: {Failure}", unsaid, failure);
        logger.Log(level, "Call {Call} of key {Key}: {Failure}", call.RequestId, call.Key?.Id, failure);
    }

    private sealed class Window
    {
        public long Began { get; set; }

        public int Written { get; set; }

        /// <summary>Since the last line.</summary>
        public int Unsaid { get; set; }
    }
}
