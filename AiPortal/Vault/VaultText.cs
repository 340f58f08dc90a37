namespace AiPortal.Vault;

/// <summary>Names the resources of the page "Vault".</summary>
internal sealed class VaultText;
