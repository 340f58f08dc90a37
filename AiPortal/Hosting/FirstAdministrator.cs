using AiPortal.Core.Access;

namespace AiPortal.Hosting;

/// <summary>Makes the first administrator and hands out the generated password once: on a terminal, else in a 0600 file.</summary>
internal sealed class FirstAdministrator(BootstrapAdministrator bootstrap, PortalSettings settings, ILogger<FirstAdministrator> logger)
{
    public async Task RunAsync(CancellationToken token)
    {
        var made = await bootstrap.EnsureAsync(settings.AdminEmail, settings.AdminPassword, "My organization", token);
        if (made?.GeneratedPassword is not { } password) return;
        if (!Console.IsOutputRedirected)
        {
            Console.WriteLine($"\n  First administrator: {made.Email}\n  Password (shown once): {password}\n");
            return;
        }

        var path = Path.Combine(PrivateDirectory.Ensure(Path.Combine(settings.DataDirectory, "keys")), "first-password");
        PrivateDirectory.WriteSecret(path, $"{made.Email} {password}");
        logger.LogInformation("The first administrator is {Email}; the password is in {Path}. Delete the file after signing in.", made.Email, path);
    }
}
