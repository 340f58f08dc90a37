using System.Text;
using System.Xml.Linq;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AiPortal.Hosting;

/// <summary>The data-protection key ring in the database, shared by all nodes, wrapped by the master key.</summary>
internal static class KeyRing
{
    public static IServiceCollection AddKeyRing(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("AiPortal");
        services.AddSingleton<ISealedPlace, KeyRingPlace>();
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(options =>
        {
            options.XmlRepository = new DatabaseRepository(provider.GetRequiredService<PortalDatabase>(), provider.GetRequiredService<TimeProvider>());
            options.XmlEncryptor = new VaultEncryptor(provider.GetRequiredService<SecretVault>());
        }));
        return services;
    }

    private sealed class DatabaseRepository(PortalDatabase database, TimeProvider clock) : IXmlRepository
    {
        public IReadOnlyCollection<XElement> GetAllElements()
        {
            using var db = database.OpenSystem();
            return [.. db.Set<DataProtectionKey>().AsNoTracking().AsEnumerable().Select(row => XElement.Parse(row.Xml))];
        }

        public void StoreElement(XElement element, string friendlyName)
        {
            using var db = database.OpenSystem();
            var xml = element.ToString(SaveOptions.DisableFormatting);
            var now = clock.GetUtcNow();
            db.Database.ExecuteSql($"INSERT INTO data_protection_keys (name, xml, created_at) VALUES ({friendlyName}, {xml}, {now})");
        }
    }

    private sealed class VaultEncryptor(SecretVault vault) : IXmlEncryptor
    {
        public EncryptedXmlInfo Encrypt(XElement plaintextElement)
        {
            var box = vault.Seal(Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting)), MasterKeyDecryptor.Context);
            return new EncryptedXmlInfo(new XElement("sealed", Convert.ToBase64String(box)), typeof(MasterKeyDecryptor));
        }
    }
}

/// <summary>Opens a key-ring element; the framework makes it by name from the stored XML.</summary>
public sealed class MasterKeyDecryptor(IServiceProvider services) : IXmlDecryptor
{
    internal const string Context = "data-protection";

    public XElement Decrypt(XElement encryptedElement) =>
        XElement.Parse(Encoding.UTF8.GetString(services.GetRequiredService<SecretVault>().Open(Convert.FromBase64String(encryptedElement.Value), Context)));
}
