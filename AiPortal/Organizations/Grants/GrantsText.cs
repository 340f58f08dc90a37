namespace AiPortal.Organizations.Grants;

/// <summary>Names the resources of the access page.</summary>
internal sealed class GrantsText;
