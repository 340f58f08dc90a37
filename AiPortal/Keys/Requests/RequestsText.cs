namespace AiPortal.Keys.Requests;

/// <summary>Names the resources of a person's own keys.</summary>
internal sealed class RequestsText;
