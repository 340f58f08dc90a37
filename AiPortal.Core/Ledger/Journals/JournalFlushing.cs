namespace AiPortal.Core.Ledger.Journals;

/// <summary>Flushes at each tick until it is disposed of, which waits for a flush under way.</summary>
internal sealed class JournalFlushing : IAsyncDisposable
{
    private readonly Action _flush;
    private readonly PeriodicTimer _timer;
    private readonly Task _running;

    public JournalFlushing(Action flush, PeriodicTimer timer)
    {
        (_flush, _timer) = (flush, timer);
        _running = RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _running;
    }

    private async Task RunAsync()
    {
        // False once the timer is disposed of.
        while (await _timer.WaitForNextTickAsync())
            _flush();
    }
}
