namespace AiPortal.Core.Gateway.Sandbox;

/// <summary>How long the sandbox takes, so that latency figures and streams look like those of a model.</summary>
public sealed record SandboxPace(TimeSpan BeforeFirst, TimeSpan BetweenFrames)
{
    public static SandboxPace Believable { get; } = new(TimeSpan.FromMilliseconds(180), TimeSpan.FromMilliseconds(15));

    public static SandboxPace Immediate { get; } = new(TimeSpan.Zero, TimeSpan.Zero);
}
