namespace AiPortal.Api;

/// <summary>Names the resources of the API page.</summary>
internal sealed class ApiText;
