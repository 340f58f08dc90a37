using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AiPortal.Core.Keys;

/// <summary>Address ranges as people write them: <c>10.0.0.0/8</c>, <c>2001:db8::/32</c>, or one address.</summary>
public static class Cidr
{
    private const int MaxLength = 60;
    private const int MappedBits = 96;

    /// <summary>Gives the range with its host bits zero and IPv4 inside IPv6 as IPv4, so that one range has one text.</summary>
    public static bool TryNormalize(string text, [NotNullWhen(true)] out string? normal)
    {
        normal = null;
        if (text.Length > MaxLength) return false;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var host = slash < 0 ? text : text[..slash];
        if (host.Contains('%', StringComparison.Ordinal) || !IPAddress.TryParse(host, out var address)) return false;
        // IPAddress also reads "10" and "0x0a.1"; a rule should say what it means.
        if (address.AddressFamily == AddressFamily.InterNetwork && host.Count(c => c == '.') != 3) return false;

        var bits = address.GetAddressBytes().Length * 8;
        var length = bits;
        if (slash >= 0 && (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > bits)) return false;
        if (address.IsIPv4MappedToIPv6)
        {
            if (length < MappedBits) return false;
            (address, length) = (address.MapToIPv4(), length - MappedBits);
        }

        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(length - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xFF << (8 - kept));
        }

        normal = string.Create(CultureInfo.InvariantCulture, $"{new IPAddress(bytes)}/{length}");
        return true;
    }
}
