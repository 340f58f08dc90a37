using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using AiPortal.Core.Data.Sealing;

namespace AiPortal.Tests.Vault;

public sealed class SecretVaultTests
{
    private const int Mutations = 10_000;
    private static readonly byte[] Secret = Encoding.UTF8.GetBytes("sk-upstream-credential-0123456789");
    private readonly MasterKey _first = MasterKey.Make().Key;
    private readonly MasterKey _second = MasterKey.Make().Key;

    private SecretVault Vault(int active) => new(HeldKeys.New(_first) with { Masters = new Dictionary<int, MasterKey> { [1] = _first, [2] = _second }.ToFrozenDictionary(), Active = active });

    /// <summary>S03: bits flipped, pieces cut or exchanged, other rows, organizations, tables, versions and keys.</summary>
    [Fact]
    public void Open_TenThousandMutations_AllRefused()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var vault = Vault(active: 2);
        var former = Vault(active: 1);
        string[] contexts = [.. Enumerable.Range(0, 40).Select(_ => $"provider:{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}:{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}")];
        byte[][] boxes = [.. contexts.Select((context, i) => i % 3 == 0 ? vault.Seal(Secret, context) : i % 3 == 1 ? former.Seal(Secret, context) : vault.SealText(Secret, context))];

        for (var i = 0; i < Mutations; i++)
        {
            var which = random.Next(boxes.Length);
            var box = (byte[])boxes[which].Clone();
            var context = contexts[which];
            switch (random.Next(7))
            {
                case 0:
                    box[random.Next(box.Length)] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    box = box[..random.Next(box.Length)];
                    break;
                case 2:
                    box = [.. box, (byte)random.Next(256)];
                    break;
                case 3:
                    context = contexts[(which + 1 + random.Next(contexts.Length - 1)) % contexts.Length];
                    break;
                case 4:
                    var parts = context.Split(':');
                    context = random.Next(2) == 0 ? $"{parts[0]}:{contexts[(which + 1) % contexts.Length].Split(':')[1]}:{parts[2]}" : $"alert-webhook:{parts[1]}";
                    break;
                case 5 when box[0] == 2:
                    // Another version of the master key, though both are held.
                    box[4] = (byte)(box[4] == 1 ? 2 : 1);
                    break;
                default:
                    var other = boxes[(which + 3 * (1 + random.Next(8))) % boxes.Length];
                    var length = Math.Min(other.Length, box.Length);
                    var at = random.Next(1, length);
                    other.AsSpan(at, length - at).CopyTo(box.AsSpan(at));
                    if (box.AsSpan().SequenceEqual(boxes[which])) box[^1] ^= 1;
                    break;
            }

            Assert.True(Refuses(vault, box, context), $"seed {seed}, mutation {i}");
        }

        for (var i = 0; i < boxes.Length; i++) Assert.Equal(Secret, vault.Open(boxes[i], contexts[i]));
    }

    [Fact]
    public void Seal_SameSecretTwice_GivesNothingInCommon()
    {
        var vault = Vault(active: 1);
        var (one, two) = (vault.Seal(Secret, "a"), vault.Seal(Secret, "a"));

        Assert.NotEqual(one[5..], two[5..]);
        Assert.Equal(1, SecretVault.VersionOf(one));
        Assert.Null(SecretVault.VersionOf(vault.SealText(Secret, "a")));
    }

    [Fact]
    public void Open_SealedByAFormerPortal_IsVersionOne()
    {
        // As it was: the master key itself, format 1.
        var key = RandomNumberGenerator.GetBytes(32);
        var box = FormerBox(key, Secret, "provider:a:b");
        var vault = new SecretVault(new MasterKey(key));

        Assert.Equal(Secret, vault.Open(box, "provider:a:b"));
        Assert.Equal(1, SecretVault.VersionOf(box));
        Assert.Throws<AuthenticationTagMismatchException>(() => vault.Open(box, "provider:a:c"));
    }

    [Fact]
    public void Reseal_UnderTheNewKey_OpensWithoutTheOld()
    {
        var box = Vault(active: 1).Seal(Secret, "row");
        var anew = Vault(active: 2).Reseal(box, "row");
        var only = new SecretVault(HeldKeys.New(_second) with { Masters = new Dictionary<int, MasterKey> { [2] = _second }.ToFrozenDictionary(), Active = 2 });

        Assert.Equal(Secret, only.Open(anew, "row"));
        Assert.Throws<CryptographicException>(() => only.Open(box, "row"));
    }

    [Fact]
    public void Mac_AfterRotation_StaysTheSame()
    {
        var vault = new SecretVault(HeldKeys.New(_first));
        var before = Mac(vault, "a");
        vault.Hold(vault.Held with { Masters = new Dictionary<int, MasterKey> { [1] = _first, [2] = _second }.ToFrozenDictionary(), Active = 2 });

        Assert.Equal(before, Mac(vault, "a"));
        Assert.NotEqual(before, Mac(vault, "b"));
    }

    internal static byte[] FormerBox(byte[] key, byte[] secret, string context)
    {
        var box = new byte[1 + 12 + secret.Length + 16];
        box[0] = 1;
        RandomNumberGenerator.Fill(box.AsSpan(1, 12));
        using var aes = new AesGcm(key, 16);
        aes.Encrypt(box.AsSpan(1, 12), secret, box.AsSpan(13, secret.Length), box.AsSpan(13 + secret.Length), Encoding.UTF8.GetBytes(context));
        return box;
    }

    private static byte[] Mac(SecretVault vault, string purpose)
    {
        using var mac = vault.CreateMac(purpose);
        mac.AppendData("text"u8);
        return mac.GetHashAndReset();
    }

    private static bool Refuses(SecretVault vault, byte[] box, string context)
    {
        try
        {
            vault.Open(box, context);
            return false;
        }
        catch (CryptographicException)
        {
            return true;
        }
    }
}
