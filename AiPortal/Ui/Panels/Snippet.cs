namespace AiPortal.Ui.Panels;

/// <summary>A ready-to-paste piece of code under a tab named <paramref name="Title"/>.</summary>
public sealed record Snippet(string Title, string Code);
