using System;
using System.IO;
using System.Security.Cryptography;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

// Compiled by the build itself (BlazorScript.targets), not part of the application.
// The assembly is native-image code for one platform, so it is read as a file and never loaded.
public sealed class ExtractEmbeddedScript : Task
{
    public string Assembly { get; set; }

    public string Sha256 { get; set; }

    public string Destination { get; set; }

    public override bool Execute()
    {
        var image = File.ReadAllBytes(Assembly);
        var (start, length) = ManifestResources(image);
        // A manifest resource is an int32 length and its bytes, each aligned to eight.
        for (var at = 0; at + 4 <= length;)
        {
            var size = BitConverter.ToInt32(image, start + at);
            if (size < 0 || at + 4 + size > length)
                break;
            if (Hash(image, start + at + 4, size) == Sha256)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Destination));
                var bytes = new byte[size];
                Array.Copy(image, start + at + 4, bytes, 0, size);
                var unfinished = Destination + "." + System.Diagnostics.Process.GetCurrentProcess().Id;
                File.WriteAllBytes(unfinished, bytes);
                if (File.Exists(Destination))
                    File.Delete(unfinished);
                else
                    File.Move(unfinished, Destination);
                return true;
            }

            at = (at + 4 + size + 7) & ~7;
        }

        Log.LogError("No resource of {0} has the SHA-256 {1}. Build with -p:UseSdkBlazorScript=true to take the script from the SDK.", Assembly, Sha256);
        return false;
    }

    private static string Hash(byte[] image, int start, int length)
    {
        using (var sha = SHA256.Create())
            return BitConverter.ToString(sha.ComputeHash(image, start, length)).Replace("-", "").ToLowerInvariant();
    }

    // PE header -> CLI header (data directory 14) -> its resources directory (at byte 24).
    private static (int Start, int Length) ManifestResources(byte[] image)
    {
        var header = BitConverter.ToInt32(image, 0x3c);
        var optional = header + 24;
        var directories = optional + (BitConverter.ToUInt16(image, optional) == 0x10b ? 96 : 112);
        var cli = FileOffset(image, header, BitConverter.ToInt32(image, directories + 14 * 8));
        return (FileOffset(image, header, BitConverter.ToInt32(image, cli + 24)), BitConverter.ToInt32(image, cli + 28));
    }

    private static int FileOffset(byte[] image, int header, int address)
    {
        var section = header + 24 + BitConverter.ToUInt16(image, header + 20);
        for (var left = BitConverter.ToUInt16(image, header + 6); left > 0; left--, section += 40)
        {
            var from = BitConverter.ToInt32(image, section + 12);
            var size = Math.Max(BitConverter.ToInt32(image, section + 8), BitConverter.ToInt32(image, section + 16));
            if (address >= from && address < from + size)
                return BitConverter.ToInt32(image, section + 20) + address - from;
        }

        throw new InvalidDataException("address " + address + " lies in no section");
    }
}
