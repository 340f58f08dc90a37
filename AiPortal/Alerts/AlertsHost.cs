using System.Globalization;
using System.Net;
using System.Net.Mail;
using AiPortal.Core.Alerts;
using AiPortal.Core.Alerts.Delivery;
using AiPortal.Core.Data;
using AiPortal.Shell;
using AiPortal.Shell.Navigation;

namespace AiPortal.Alerts;

/// <summary>Alerts, and the operator's mail server: <c>Portal:Smtp:{Host,Port,Tls,User,Password,From}</c>.</summary>
internal static class AlertsHost
{
    public static IServiceCollection AddAlertsHost(this IServiceCollection services)
    {
        services.AddSingleton(provider => new AlertingOptions { Smtp = ReadSmtp(provider.GetRequiredService<IConfiguration>()) });
        services.AddSingleton(new NavBadge("/alerts", typeof(AlertBadge)));
        services.AddSingleton(new ShellPart(ShellPlace.TopBar, typeof(AlertTray)));
        return services.AddAlerts();
    }

    /// <exception cref="StartFault">Names the key that is wrong.</exception>
    internal static SmtpOptions? ReadSmtp(IConfiguration configuration)
    {
        if (Text("Host") is not { } host) return null;
        var tls = ReadTls(Text("Tls"));
        var (user, password) = (Text("User"), Text("Password"));
        if ((user is null) != (password is null)) throw new StartFault($"Portal:Smtp:{(user is null ? "User" : "Password")}", "must be given with its counterpart.");
        if (tls == SmtpTls.None && password is not null && !IsLoopback(host)) throw new StartFault("Portal:Smtp:Tls", "must not be none where a password is sent.");
        var from = Text("From");
        if (from is null || !MailAddress.TryCreate(from, out var address) || address.Address != from || !from.All(char.IsAscii))
            throw new StartFault("Portal:Smtp:From", "must be the mail address that alerts come from.");
        return new SmtpOptions(host, ReadPort(Text("Port"), tls), tls, user, password, from);

        string? Text(string name) => configuration[$"Portal:Smtp:{name}"] is { Length: > 0 } text ? text : null;
    }

    private static SmtpTls ReadTls(string? text) => text switch
    {
        null or "starttls" => SmtpTls.StartTls,
        "implicit" => SmtpTls.Implicit,
        "none" => SmtpTls.None,
        _ => throw new StartFault("Portal:Smtp:Tls", "must be starttls, implicit or none."),
    };

    private static int ReadPort(string? text, SmtpTls tls) => text switch
    {
        null => tls switch { SmtpTls.StartTls => 587, SmtpTls.Implicit => 465, SmtpTls.None => 25 },
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65_535 => port,
        _ => throw new StartFault("Portal:Smtp:Port", "must be a port from 1 to 65535."),
    };

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
