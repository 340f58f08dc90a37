using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Vault;

namespace AiPortal.Hosting;

/// <summary>Finds the master keys and makes sure that they open what this database holds.</summary>
internal static class VaultStart
{
    /// <exception cref="StartFault">A key is missing, unreadable or none.</exception>
    public static async Task RunAsync(IServiceCollection services, PortalSettings settings, PortalDatabase database, TimeProvider clock, CancellationToken token)
    {
        var source = new MasterKeySource(settings.MasterKey, settings.DataDirectory);
        // Nothing is registered yet: the secrets that count here are those of the data keys alone.
        var book = new MasterKeyBook(database, [], clock);
        if (!source.IsThere)
        {
            if ((await book.ReadAsync(token)).Count > 0)
                throw new StartFault(source.Setting, $"{Path.Combine(settings.DataDirectory, "keys", "master.key")} is missing; without it the stored credentials cannot be opened.");
            source.Make();
        }

        services.AddSingleton<IMasterKeySource>(source);
        services.AddSingleton(new VaultNode(settings.Node));
        services.AddSingleton(new SecretVault(await book.OpenAsync(source.Setting, source.Read(quick: false), token)));
    }
}
