using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using AiPortal.Core.Data.Sealing;

namespace AiPortal.Core.Audit;

/// <summary>
/// Signs points of audit chains (ECDSA P-256 over SHA-256). The private key comes from a data key that only the master key opens: who can
/// write to the database alone cannot sign. A new master key changes nothing about it.
/// </summary>
public sealed class AuditSeals(SecretVault vault)
{
    private const string Purpose = "audit_anchor";

    // The order of the group: a private key is one of 1 to this less one.
    private static readonly BigInteger Order = BigInteger.Parse("0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>The anchor with the key's public half and a signature that anybody can check with it.</summary>
    public AuditAnchor Sign(AuditAnchor anchor)
    {
        using var key = Key();
        return anchor with
        {
            Key = Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()),
            Signature = Convert.ToBase64String(key.SignData(Signed(anchor), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
        };
    }

    /// <summary>Whether this installation has signed it, and nobody has altered it since.</summary>
    public bool IsOurs(AuditAnchor anchor)
    {
        var signature = new byte[128];
        if (anchor.Signature is not { Length: <= 170 } text || !Convert.TryFromBase64String(text, signature, out var length)) return false;
        using var key = Key();
        return key.VerifyData(Signed(anchor), signature.AsSpan(0, length), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    internal bool IsOurs(AuditCut cut) => IsOurs(cut.Anchor with { Signature = Convert.ToBase64String(cut.Signature) });

    /// <summary>What is signed, for who checks it elsewhere.</summary>
    private static byte[] Signed(AuditAnchor anchor) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"aiportal-audit-anchor\n{anchor.OrganizationId}\n{anchor.Sequence}\n{anchor.Hash}\n{anchor.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}\n"));

    private ECDsa Key()
    {
        using var mac = vault.CreateMac(Purpose);
        mac.AppendData("P-256"u8);
        var scalar = (new BigInteger(mac.GetHashAndReset(), isUnsigned: true, isBigEndian: true) % (Order - 1)) + 1;
        var bytes = new byte[32];
        var plain = scalar.ToByteArray(isUnsigned: true, isBigEndian: true);
        plain.CopyTo(bytes.AsSpan(bytes.Length - plain.Length));
        return ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = bytes });
    }
}
