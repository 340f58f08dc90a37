namespace AiPortal.Playground;

/// <summary>Names the resources of the playground.</summary>
internal sealed class PlaygroundText;
