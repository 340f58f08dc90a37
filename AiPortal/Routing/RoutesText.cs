namespace AiPortal.Routing;

/// <summary>The words of routes: RoutesText.resx and its cultures.</summary>
internal sealed class RoutesText;
