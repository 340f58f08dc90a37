using System.Collections.Concurrent;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace AiPortal.Tests.Vault.Canary;

/// <summary>Secrets that can be known again, and every writing of them that a sink could hold.</summary>
internal sealed class Canaries
{
    private const int MostParts = 20_000;
    private static readonly byte[] Zip = [0x50, 0x4B, 0x03, 0x04];
    private readonly ConcurrentQueue<(string Name, List<byte[]> Writings)> _canaries = new();
    private readonly ConcurrentDictionary<string, byte> _hits = new();

    public int Count => _canaries.Count;

    /// <summary>Where which canary was found, and how it begins there.</summary>
    public IEnumerable<string> Hits => _hits.Keys.Order(StringComparer.Ordinal);

    /// <summary>Makes one; what is looked for is its random part.</summary>
    public string Make(string name, string prefix = "")
    {
        var random = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        Add(name, "c4n4ry" + random);
        return prefix + "c4n4ry" + random;
    }

    /// <summary>One that the portal made.</summary>
    /// <param name="name">For a failed test.</param>
    /// <param name="secret">Whole.</param>
    /// <param name="shown">How much of its beginning is shown rightly.</param>
    public string Add(string name, string secret, int shown = 0)
    {
        var kept = secret[shown..];
        var (raw, writings) = (Encoding.UTF8.GetBytes(kept), new List<byte[]> { Encoding.UTF8.GetBytes(kept) });
        // Inside a longer text the base64 of it begins at any of three places.
        for (var offset = 0; offset < 3; offset++)
        {
            var text = Convert.ToBase64String([.. new byte[offset], .. raw]);
            var from = offset == 0 ? 0 : offset + 1;
            text = text[from..(text.Length - 4)];
            writings.Add(Encoding.UTF8.GetBytes(text));
            writings.Add(Encoding.UTF8.GetBytes(text.Replace('+', '-').Replace('/', '_')));
        }

        writings.Add(Encoding.UTF8.GetBytes(Uri.EscapeDataString(kept)));
        writings.Add(Encoding.UTF8.GetBytes(Uri.EscapeDataString(Convert.ToBase64String(raw))[..^4]));
        writings.Add(Encoding.UTF8.GetBytes(Convert.ToHexStringLower(raw)));
        writings.Add(Encoding.UTF8.GetBytes(Convert.ToHexString(raw)));
        writings.Add(Encoding.Unicode.GetBytes(kept));
        _canaries.Enqueue((name, [.. writings.DistinctBy(Convert.ToHexString)]));
        return secret;
    }

    public void Search(string sink, string text) => Search(sink, Encoding.UTF8.GetBytes(text));

    /// <summary>Archives are looked into, and what a PDF has packed.</summary>
    public void Search(string sink, byte[] content)
    {
        foreach (var (name, writings) in _canaries)
        {
            foreach (var writing in writings)
            {
                var at = content.AsSpan().IndexOf(writing);
                if (at >= 0) _hits.TryAdd($"{name} in {sink}: …{Around(content, at)}", 0);
            }
        }

        if (content.AsSpan().StartsWith(Zip)) SearchZip(sink, content);
        if (content.AsSpan().StartsWith("%PDF"u8)) SearchPdf(sink, content);
    }

    private void SearchZip(string sink, byte[] content)
    {
        using var archive = new ZipArchive(new MemoryStream(content));
        foreach (var entry in archive.Entries.Take(MostParts))
        {
            using var whole = new MemoryStream();
            using var part = entry.Open();
            part.CopyTo(whole);
            Search($"{sink}/{entry.FullName}", whole.ToArray());
        }
    }

    private void SearchPdf(string sink, byte[] content)
    {
        var from = 0;
        for (var part = 0; part < MostParts && content.AsSpan(from).IndexOf("stream\n"u8) is >= 0 and var at; part++)
        {
            from += at + 7;
            try
            {
                using var unpacked = new MemoryStream();
                using var packed = new ZLibStream(new MemoryStream(content, from, content.Length - from), CompressionMode.Decompress);
                packed.CopyTo(unpacked);
                Search($"{sink}/stream {part}", unpacked.ToArray());
            }
            catch (InvalidDataException)
            {
                // Not packed.
            }
        }
    }

    /// <summary>What stands before it, so that its place is found; not the secret itself.</summary>
    private static string Around(byte[] content, int at) => Encoding.UTF8.GetString(content, Math.Max(0, at - 160), Math.Min(160, at)).ReplaceLineEndings(" ");
}
