using AiPortal.Core.Access;

namespace AiPortal.Hosting;

/// <summary>What the program does beside serving: <c>migrate</c>, <c>verify</c>, <c>backup FILE</c>, <c>restore FILE</c>, <c>admin reset-password EMAIL</c>.</summary>
internal static class Verbs
{
    private const int Usage = 2;

    /// <summary>Null when the arguments name no verb, so that the portal is to be served.</summary>
    public static async Task<int?> RunAsync(string[] args)
    {
        if (args is [] || args[0].StartsWith('-')) return null;
        switch (args)
        {
            case ["migrate", .. var rest]:
                await using (await PortalProcess.PrepareAsync(rest, serving: false)) Console.WriteLine("The database is up to date.");
                return 0;
            case ["verify", "--anchor", var anchor, .. var rest]:
                await using (var portal = await PortalProcess.PrepareAsync(rest, serving: false))
                    return await Verification.RunAsync(portal.App.Services, Console.Out, anchor);
            case ["verify", .. var rest]:
                await using (var portal = await PortalProcess.PrepareAsync(rest, serving: false))
                    return await Verification.RunAsync(portal.App.Services, Console.Out);
            case ["backup", var file, .. var rest] when !file.StartsWith('-'):
                return await BackupVerbs.BackupAsync(file, rest);
            case ["restore", var file, .. var rest] when !file.StartsWith('-'):
                return await BackupVerbs.RestoreAsync(file, rest);
            case ["admin", "reset-password", var email, .. var rest]:
                await using (var portal = await PortalProcess.PrepareAsync(rest, serving: false))
                    return await ResetPasswordAsync(portal.App.Services, email);
            default:
                await Console.Error.WriteLineAsync($"Unknown command '{string.Join(' ', args)}'. Known: migrate, verify [--anchor FILE], backup FILE, restore FILE [--force], admin reset-password EMAIL.");
                return Usage;
        }
    }

    private static async Task<int> ResetPasswordAsync(IServiceProvider services, string email)
    {
        var password = await services.GetRequiredService<BootstrapAdministrator>().ResetPasswordAsync(email);
        if (password is null)
        {
            await Console.Error.WriteLineAsync("Nobody has this address.");
            return 1;
        }

        if (!Console.IsOutputRedirected)
        {
            Console.WriteLine($"New password (shown once): {password}");
            return 0;
        }

        var folder = PrivateDirectory.Ensure(Path.Combine(services.GetRequiredService<PortalSettings>().DataDirectory, "keys"));
        var path = Path.Combine(folder, "reset-password");
        PrivateDirectory.WriteSecret(path, $"{email} {password}");
        Console.WriteLine($"The new password is in {path}.");
        return 0;
    }
}
