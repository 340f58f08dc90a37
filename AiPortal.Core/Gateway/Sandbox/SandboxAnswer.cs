namespace AiPortal.Core.Gateway.Sandbox;

/// <summary>An answer of the sandbox in the form that an HTTP provider's would have.</summary>
public sealed class SandboxAnswer
{
    private readonly TimeProvider _time;
    private readonly SandboxPace _pace;
    private readonly IReadOnlyList<byte[]> _frames;

    internal SandboxAnswer(int status, string contentType, IReadOnlyList<byte[]> frames, TimeProvider time, SandboxPace pace) =>
        (Status, ContentType, _frames, _time, _pace) = (status, contentType, frames, time, pace);

    public int Status { get; }

    public string ContentType { get; }

    /// <summary>The body at the sandbox's pace: one piece for a plain answer, one a frame for a stream.</summary>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var i = 0; i < _frames.Count; i++)
        {
            var wait = i == 0 ? _pace.BeforeFirst : _pace.BetweenFrames;
            if (wait > TimeSpan.Zero) await Task.Delay(wait, _time, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            yield return _frames[i];
        }
    }
}
