namespace AiPortal.Core.Providers;

/// <summary>Binds an account's credential to its row, so that a ciphertext moved elsewhere does not open.</summary>
public static class ProviderSecret
{
    public static string Context(ProviderAccount account) => $"provider:{account.OrganizationId}:{account.Id}";
}
