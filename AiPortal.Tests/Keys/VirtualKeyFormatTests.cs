using System.Security.Cryptography;
using System.Text;
using AiPortal.Core.Keys;
using Xunit;

namespace AiPortal.Tests.Keys;

public sealed class VirtualKeyFormatTests
{
    // CRC-32 of forty zeroes is 0x963FBB8E (as zlib gives it); in base62 2kaqcA, computed apart from this code.
    private const string Known = "sk-ap-0000000000000000000000000000000000000000" + KnownChecksum;
    private const string KnownChecksum = "2kaqcA";

    [Fact]
    public void Generate_Always_GivesWellFormedDistinctKeys()
    {
        var keys = Enumerable.Range(0, 1000).Select(_ => VirtualKeyFormat.Generate()).ToHashSet();

        Assert.Equal(1000, keys.Count);
        Assert.All(keys, key =>
        {
            Assert.Matches("^sk-ap-[0-9A-Za-z]{46}$", key);
            Assert.True(VirtualKeyFormat.IsWellFormed(key));
        });
    }

    [Fact]
    public void Generate_ManyTimes_UsesTheWholeAlphabetEvenly()
    {
        var counts = new int[128];
        for (var i = 0; i < 2000; i++)
            foreach (var character in VirtualKeyFormat.Generate().AsSpan(6, 40)) counts[character]++;

        var used = counts.Where(count => count > 0).ToArray();
        Assert.Equal(62, used.Length);
        // 80,000 draws over 62 characters: 1,290 each, sigma 36; a modulo bias (8 of 256) would show as 25 %.
        Assert.All(used, count => Assert.InRange(count, 1290 - 250, 1290 + 250));
    }

    [Fact]
    public void IsWellFormed_KnownKey_True() => Assert.True(VirtualKeyFormat.IsWellFormed(Known));

    [Fact]
    public void IsWellFormed_OneCharacterChanged_False()
    {
        for (var i = 0; i < VirtualKeyFormat.Length; i++)
        {
            var changed = Known.ToCharArray();
            changed[i] = changed[i] == 'x' ? 'y' : 'x';
            Assert.False(VirtualKeyFormat.IsWellFormed(changed), $"position {i}");
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("sk-ap-")]
    [InlineData("sk-proj-abc")]
    [InlineData(Known + "0")]
    [InlineData("sk-ap-000000000000000000000000000000000000000é" + KnownChecksum)]
    public void IsWellFormed_OtherText_False(string? key) => Assert.False(VirtualKeyFormat.IsWellFormed(key));

    [Theory]
    [InlineData(Known)]
    [InlineData("a key of another kind, é and 漢字")]
    public void Hash_Key_IsSha256OfItsUtf8(string key) =>
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(key)), VirtualKeyFormat.Hash(key));

    [Fact]
    public void Hash_LongText_IsSha256OfItsUtf8()
    {
        var key = new string('漢', 5000);
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(key)), VirtualKeyFormat.Hash(key));
    }

    [Theory]
    [InlineData(Known, "sk-ap-0000…")]
    [InlineData("abc", "abc…")]
    public void DisplayPrefix_Key_ShowsFourCharactersOfTheSecret(string key, string shown) =>
        Assert.Equal(shown, VirtualKeyFormat.DisplayPrefix(key));
}
