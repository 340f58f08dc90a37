using System.Security.Cryptography;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Hosting;

/// <summary>Finds the master key and makes sure that it is the one this database was sealed with.</summary>
internal static class MasterKeyStart
{
    private const string FingerprintSetting = "master_key_fingerprint";

    /// <exception cref="StartFault">The key does not match the database's fingerprint, or its file is unreadable.</exception>
    public static async Task<MasterKey> RunAsync(PortalSettings settings, PortalDatabase database, CancellationToken token)
    {
        await using var db = database.OpenSystem();
        var known = await db.Set<PortalSetting>().SingleOrDefaultAsync(s => s.Name == FingerprintSetting, token);
        var key = new MasterKey(settings.MasterKey ?? FromFile(settings.DataDirectory, mayCreate: known is null));
        if (known is null)
        {
            db.Add(new PortalSetting { Name = FingerprintSetting, Value = key.Fingerprint });
            await db.SaveChangesAsync(token);
        }
        else if (known.Value != key.Fingerprint)
        {
            throw new StartFault("Portal:MasterKey", "does not match the key this database was sealed with.");
        }

        return key;
    }

    private static byte[] FromFile(string dataDirectory, bool mayCreate)
    {
        var folder = PrivateDirectory.Ensure(Path.Combine(dataDirectory, "keys"));
        var path = Path.Combine(folder, "master.key");
        if (File.Exists(path))
        {
            var text = File.ReadAllText(path).Trim();
            var bytes = new byte[64];
            return Convert.TryFromBase64String(text, bytes, out var length) && length == 32
                ? bytes[..32]
                : throw new StartFault("Portal:MasterKey", $"{path} does not hold base64 of 32 bytes.");
        }

        if (!mayCreate) throw new StartFault("Portal:MasterKey", $"{path} is missing; without it the stored credentials cannot be opened.");
        var made = RandomNumberGenerator.GetBytes(32);
        PrivateDirectory.WriteSecret(path, Convert.ToBase64String(made));
        return made;
    }
}
