using System.Security.Cryptography;
using System.Text;

namespace AiPortal.Core.Access.TwoFactor;

/// <summary>Codes for the day the phone is lost; each works once.</summary>
internal static class RecoveryCodes
{
    public const int Count = 10;

    // No letter that is read as another; 15 of them are 72 bits.
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
    private const int Length = 15;
    private const int Group = 5;

    public static string[] New() => [.. Enumerable.Range(0, Count).Select(_ => One())];

    public static byte[] HashOf(string code) => SHA256.HashData(Encoding.UTF8.GetBytes(Plain(code)));

    /// <summary>Without the dashes and blanks that help the eye.</summary>
    public static string Plain(string code) => string.Concat(code.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    private static string One()
    {
        var letters = RandomNumberGenerator.GetString(Alphabet, Length);
        return string.Join('-', Enumerable.Range(0, Length / Group).Select(i => letters.Substring(i * Group, Group)));
    }
}
