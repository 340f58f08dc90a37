using System.Security.Cryptography;
using System.Text;
using AiPortal.Core.Data;
using AiPortal.Hosting;
using AiPortal.Tests.Ledger.Durability;
using Microsoft.Extensions.Configuration;

namespace AiPortal.Tests.Vault;

/// <summary>S05: a secret that is unset, empty, a sample, short or all alike ends the start, and the fault names its setting.</summary>
public sealed class SecretSettingTests
{
    private static readonly string Good = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public static TheoryData<string, string?> BadKeys => new()
    {
        { "unset", null },
        { "empty", "" },
        { "blank", "   " },
        { "no base64", "not-base64!" },
        { "short", Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)) },
        { "long", Convert.ToBase64String(RandomNumberGenerator.GetBytes(33)) },
        { "zeros", Convert.ToBase64String(new byte[32]) },
        { "all alike", Convert.ToBase64String([.. Enumerable.Repeat((byte)0x5A, 32)]) },
        { "counted", Convert.ToBase64String([.. Enumerable.Range(0, 32).Select(i => (byte)i)]) },
        { "counted down", Convert.ToBase64String([.. Enumerable.Range(0, 32).Select(i => (byte)(200 - i))]) },
        { "hexadecimal text", Convert.ToBase64String("0123456789abcdef0123456789abcdef"u8) },
        { "a sentence", Convert.ToBase64String("this-is-a-secret-KEY-for-AES-256"u8) },
        { "a password", Convert.ToBase64String("Correct.Horse!Battery?Staple=42#"u8) },
        { "the second of two", Good + "," + Convert.ToBase64String(new byte[32]) },
    };

    [Theory]
    [MemberData(nameof(BadKeys))]
    public void Read_BadMasterKey_IsRefusedByName(string what, string? value)
    {
        var fault = Assert.Throws<StartFault>(() => Read(("ConnectionStrings:Portal", "Host=127.0.0.1"), ("Portal:MasterKey", value)));

        Assert.True(fault.Key == "Portal:MasterKey", what);
        if (value is { Length: > 8 }) Assert.DoesNotContain(value.Trim(), fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Portal:MasterKeyFile", "")]
    [InlineData("Portal:MasterKeyCommand", " ")]
    [InlineData("Portal:Admin:Password", "")]
    [InlineData("Portal:Admin:Password", "changeme123")]
    [InlineData("Portal:Admin:Password", "Admin-2024")]
    [InlineData("Portal:Admin:Password", "aaaaaaaaaaaaaaaa")]
    [InlineData("Portal:MetricsToken", "")]
    [InlineData("Portal:MetricsToken", "short")]
    [InlineData("Portal:MetricsToken", "0000000000000000000")]
    [InlineData("Portal:MetricsToken", "<put a token here>")]
    public void Read_BadSecret_IsRefusedByName(string key, string value) =>
        Assert.Equal(key, Assert.Throws<StartFault>(() => Read((key, value))).Key);

    [Fact]
    public void Read_TwoWays_IsRefused() =>
        Assert.Equal("Portal:MasterKeyFile", Assert.Throws<StartFault>(() => Read(("Portal:MasterKey", Good), ("Portal:MasterKeyFile", "/x"))).Key);

    [Fact]
    public void Read_RandomKeys_AreTaken()
    {
        for (var i = 0; i < 2000; i++) Read(("Portal:MasterKey", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) + "\n" + Good));
    }

    [Theory]
    [InlineData("Portal:MasterKey", "")]
    [InlineData("Portal:MasterKeyFile", "/nonexistent/master.key")]
    [InlineData("Portal:MasterKeyCommand", "exit 3")]
    [InlineData("Portal:MasterKeyCommand", "echo AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public async Task Start_BadMasterKey_EndsWithTwoAndNamesIt(string key, string value)
    {
        await using var database = new Owned();
        await database.InitializeAsync();
        var (code, output) = await PortalChild.RunAsync(["--environment", "Production", "--ConnectionStrings:Portal", database.Database.Superuser, "--Portal:DataDirectory", database.Folder, $"--{key}", value]);

        Assert.True(code == 2, output);
        Assert.StartsWith(key + ":", output.Trim(), StringComparison.Ordinal);
    }

    private static PortalSettings Read(params (string Key, string? Value)[] settings) =>
        PortalSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(settings.Where(pair => pair.Value is not null).Select(pair => KeyValuePair.Create(pair.Key, pair.Value))).Build(), isDevelopment: false);

    private sealed class Owned : IAsyncDisposable
    {
        public Fixtures.TestDatabase Database { get; } = new();

        public string Folder { get; } = Directory.CreateTempSubdirectory("aiportal-secrets-").FullName;

        public Task InitializeAsync() => Database.InitializeAsync();

        public async ValueTask DisposeAsync()
        {
            await Database.DisposeAsync();
            Directory.Delete(Folder, recursive: true);
        }
    }
}
