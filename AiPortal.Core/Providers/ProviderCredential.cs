using System.Text;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;

namespace AiPortal.Core.Providers;

/// <summary>Seals and opens an account's credential under the master key.</summary>
public sealed class ProviderCredential(SecretVault vault)
{
    private const int HintLength = 4;
    private const int ShortestHinted = 12;

    /// <summary>Null where the account has none.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">Sealed by another master key, or moved from another row.</exception>
    public string? Open(ProviderAccount row) =>
        row.ApiKeyCipher is { } cipher ? Encoding.UTF8.GetString(vault.Open(cipher, ProviderSecret.Context(row))) : null;

    /// <summary>A copy of the account with another credential, to be tried before it counts.</summary>
    internal ProviderAccount With(ProviderAccount row, string secret)
    {
        var candidate = new ProviderAccount
        {
            Id = row.Id,
            OrganizationId = row.OrganizationId,
            Name = row.Name,
            Kind = row.Kind,
            BaseUrl = row.BaseUrl,
            AllowPrivate = row.AllowPrivate,
        };
        Write(candidate, new CredentialChange(secret));
        return candidate;
    }

    internal void Write(ProviderAccount row, CredentialChange? change)
    {
        if (change is null) return;
        // What was before stays behind only by a rotation.
        (row.PreviousKeyCipher, row.PreviousKeyHint) = (null, null);
        row.ApiKeyCipher = change.Secret is { } secret ? vault.Seal(Encoding.UTF8.GetBytes(secret), ProviderSecret.Context(row)) : null;
        // Four characters of a short secret would tell too much of it.
        row.ApiKeyHint = change.Secret is { Length: >= ShortestHinted } text ? text[^HintLength..] : null;
    }
}
