using System.Security.Cryptography;
using System.Text;
using AiPortal.Core.Access;
using AiPortal.Core.Data.Sealing;

namespace AiPortal.Core.Approvals;

/// <summary>Keeps what a request must not show: sealed for its row alone, opened once to do what was asked for, destroyed with every end.</summary>
public sealed class ApprovalSecrets(SecretVault vault)
{
    internal static SealedColumn Place { get; } = new("approvals", "secret_cipher", "approval:{organization_id}:{id}");

    internal byte[]? Seal(Approval approval, AskedSecret? secret) => secret is null ? null : vault.Seal(Encoding.UTF8.GetBytes(secret.Text), Context(approval));

    /// <exception cref="CryptographicException">Altered, or moved from another request.</exception>
    internal string? Open(Approval approval) => approval.SecretCipher is { } cipher ? Encoding.UTF8.GetString(vault.Open(cipher, Context(approval))) : null;

    /// <summary>Whether a request waits with this very secret.</summary>
    internal bool IsOf(Approval approval, AskedSecret? secret) =>
        (approval.SecretCipher is null && secret is null) || (secret is not null && approval.SecretCipher is not null && Open(approval) == secret.Text);

    private static string Context(Approval approval) => $"approval:{approval.OrganizationId}:{approval.Id}";
}
