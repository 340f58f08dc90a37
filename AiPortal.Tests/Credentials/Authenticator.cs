using AiPortal.Core.Access.TwoFactor;

namespace AiPortal.Tests.Credentials;

/// <summary>A person's authenticator app. It gives each code once: the portal takes none twice.</summary>
internal sealed class Authenticator(string key)
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private long _last = Totp.StepAt(TimeProvider.System.GetUtcNow()) - 2;

    public byte[] Secret { get; } = Bytes(key);

    /// <summary>A code that was not given before; the portal takes those of the step before now to the step after.</summary>
    public string Next() => Totp.CodeOf(Secret, _last = Math.Max(_last, Totp.StepAt(TimeProvider.System.GetUtcNow()) - 2) + 1);

    /// <summary>A code of no step near now.</summary>
    public string Wrong()
    {
        var now = Totp.StepAt(TimeProvider.System.GetUtcNow());
        var near = Enumerable.Range(-5, 11).Select(i => Totp.CodeOf(Secret, now + i)).ToHashSet();
        return Enumerable.Range(0, 20).Select(i => i.ToString("D6", System.Globalization.CultureInfo.InvariantCulture)).First(code => !near.Contains(code));
    }

    private static byte[] Bytes(string key)
    {
        var bits = string.Concat(key.Where(letter => letter != ' ').Select(letter => Convert.ToString(Alphabet.IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }
}
