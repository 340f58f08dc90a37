using System.Globalization;
using AiPortal.Core.Backups;
using AiPortal.Core.Data;
using AiPortal.Core.Vault;

namespace AiPortal.Hosting;

/// <summary>The verbs <c>backup FILE</c> and <c>restore FILE [--force]</c>: exit 0 when it is done, 1 with one sentence when not.</summary>
internal static class BackupVerbs
{
    private const string Force = "--force";

    public static Task<int> BackupAsync(string file, string[] arguments) => SaidAsync(async () =>
    {
        await using var portal = await PortalProcess.PrepareAsync(arguments, serving: false);
        var report = await portal.App.Services.GetRequiredService<WriteBackup>().RunAsync(file);
        Console.WriteLine($"{file} holds {Words(report)}. Restoring it needs the master keys of today: keep them, and apart from it.");
        return 0;
    });

    public static Task<int> RestoreAsync(string file, string[] arguments) => SaidAsync(async () =>
    {
        string[] rest = [.. arguments.Where(argument => argument != Force)];
        var report = await LoadAsync(file, rest, force: rest.Length < arguments.Length);
        Console.WriteLine($"Restored {Words(report)}.");
        // As any start would: the master keys must open what is there, and the books must agree.
        await using var portal = await PortalProcess.PrepareAsync(rest, serving: false);
        return await Verification.RunAsync(portal.App.Services, Console.Out);
    });

    private static async Task<BackupReport> LoadAsync(string file, string[] arguments, bool force)
    {
        var builder = PortalProcess.NewBuilder(arguments);
        var settings = PortalSettings.Read(builder.Configuration, builder.Environment.IsDevelopment());
        var source = new MasterKeySource(settings.MasterKey, settings.DataDirectory);
        if (!source.IsThere)
            throw new StartFault(source.Setting, $"put the master key of the backup into {Path.Combine(settings.DataDirectory, "keys", "master.key")} first; without it nothing can be restored.");
        var keys = source.Read(quick: false);
        await RestoreBackup.CheckAsync(file, keys);
        using var loggers = LoggerFactory.Create(logging => logging.AddConfiguration(builder.Configuration.GetSection("Logging")).AddSimpleConsole());
        // Not beside a running portal: it would go on with what it has read.
        await using var start = await DatabaseStart.RunAsync(settings, TimeProvider.System, loggers.CreateLogger("AiPortal.Database"), joinRunning: false, CancellationToken.None);
        return await new RestoreBackup(start.Database, new MasterKeyHolders(start.Database), settings.DataDirectory).RunAsync(file, keys, force);
    }

    private static async Task<int> SaidAsync(Func<Task<int>> verb)
    {
        try
        {
            return await verb();
        }
        catch (BackupFault fault)
        {
            await Console.Error.WriteLineAsync(fault.Message);
            return 1;
        }
    }

    private static string Words(BackupReport report) =>
        string.Create(CultureInfo.InvariantCulture, $"{report.Tables} tables with {report.Rows:N0} rows ({report.Bytes / 1048576m:0.0} MB) as of {report.CreatedAt.ToUniversalTime():yyyy-MM-dd HH:mm:ss} UTC");
}
