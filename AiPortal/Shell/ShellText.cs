namespace AiPortal.Shell;

/// <summary>Names the resources of the shell.</summary>
internal sealed class ShellText;
