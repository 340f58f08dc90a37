namespace AiPortal.Tests.Fixtures;

/// <summary>A point at which the fake provider waits for the test, and tells it that it waits.</summary>
public sealed class FakeUpstreamGate
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the provider has come to the gate.</summary>
    public Task Reached => _reached.Task;

    public void Release() => _released.TrySetResult();

    internal Task PassAsync(CancellationToken aborted)
    {
        _reached.TrySetResult();
        return _released.Task.WaitAsync(aborted);
    }
}
