namespace AiPortal.Shell;

/// <summary>Where on every page a part of a feature stands.</summary>
public enum ShellPlace
{
    /// <summary>Among the tools of the top bar.</summary>
    TopBar,

    /// <summary>Above the page: shown by itself when it is wanted.</summary>
    Layer,
}

/// <summary>A component that a feature adds to every page, once the circuit is there. Those of a lower <paramref name="Order"/> come first.</summary>
internal sealed record ShellPart(ShellPlace Place, Type Component, int Order = 0);
