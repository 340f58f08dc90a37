using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Backups;

/// <summary>Backups of the whole database; see <see cref="WriteBackup"/> and <see cref="RestoreBackup"/>.</summary>
public static class BackupsFeature
{
    public static IServiceCollection AddBackups(this IServiceCollection services) => services.AddSingleton<WriteBackup>();
}
