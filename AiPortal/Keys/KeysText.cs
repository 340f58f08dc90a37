namespace AiPortal.Keys;

/// <summary>Names the resources of the key pages.</summary>
internal sealed class KeysText;
