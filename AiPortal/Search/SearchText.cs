namespace AiPortal.Search;

/// <summary>Names the resources of the command palette.</summary>
internal sealed class SearchText;
