using System.Security.Cryptography;
using System.Xml.Linq;
using AiPortal.Core.Data.Sealing;
using Npgsql;

namespace AiPortal.Hosting;

/// <summary>The sealed part of each element of the data-protection key ring.</summary>
internal sealed class KeyRingPlace : ISealedPlace
{
    public string Name => "data_protection_keys.xml";

    public async Task<IReadOnlyDictionary<int, long>> CountAsync(NpgsqlConnection connection, CancellationToken token) =>
        (await ReadAsync(connection, token)).Select(row => SecretVault.VersionOf(row.Box)).OfType<int>().GroupBy(version => version).ToDictionary(group => group.Key, group => group.LongCount());

    public async Task<int> ResealAsync(NpgsqlConnection connection, SecretVault vault, CancellationToken token)
    {
        var failed = 0;
        foreach (var (name, xml, box) in await ReadAsync(connection, token))
        {
            if (SecretVault.VersionOf(box) == vault.Held.Active) continue;
            string anew;
            try
            {
                anew = Convert.ToBase64String(vault.Reseal(box, MasterKeyDecryptor.Context));
            }
            catch (CryptographicException)
            {
                failed++;
                continue;
            }

            await using var update = new NpgsqlCommand("UPDATE data_protection_keys SET xml = replace(xml, $1, $2) WHERE name = $3 AND xml = $4", connection);
            foreach (var value in (string[])[Convert.ToBase64String(box), anew, name, xml]) update.Parameters.Add(new NpgsqlParameter { Value = value });
            await update.ExecuteNonQueryAsync(token);
        }

        return failed;
    }

    private static async Task<List<(string Name, string Xml, byte[] Box)>> ReadAsync(NpgsqlConnection connection, CancellationToken token)
    {
        var rows = new List<(string, string, byte[])>();
        await using var command = new NpgsqlCommand("SELECT name, xml FROM data_protection_keys", connection);
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
        {
            var xml = reader.GetString(1);
            if (XElement.Parse(xml).Descendants().FirstOrDefault(element => element.Name.LocalName == "sealed") is { } box)
                rows.Add((reader.GetString(0), xml, Convert.FromBase64String(box.Value)));
        }

        return rows;
    }
}
