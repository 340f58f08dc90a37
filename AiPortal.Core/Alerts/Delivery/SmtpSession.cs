using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace AiPortal.Core.Alerts.Delivery;

/// <summary>A mail server said no.</summary>
internal sealed class SmtpRefusedException(int code, string step) : IOException($"The mail server answers {code} to {step}.")
{
    public int Code => code;

    /// <summary>The message itself is refused for good: its recipient or its content.</summary>
    public bool Final => code >= 500 && step is "RCPT" or "DATA";
}

/// <summary>One conversation with a mail server (RFC 5321): greeting, TLS, sign-in, one message.</summary>
internal sealed class SmtpSession : IAsyncDisposable
{
    private const int LongestLine = 2_000;
    private readonly TcpClient _client = new();
    private Stream _stream = Stream.Null;

    /// <exception cref="SmtpRefusedException">The server said no.</exception>
    /// <exception cref="IOException">It cannot be reached, or speaks no SMTP.</exception>
    public static async Task<SmtpSession> OpenAsync(SmtpOptions options, CancellationToken token)
    {
        var session = new SmtpSession();
        try
        {
            await session.BeginAsync(options, token);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Hands over one message whose lines end with CR LF.</summary>
    public async Task SendAsync(string from, string to, string message, CancellationToken token)
    {
        await AskAsync($"MAIL FROM:<{from}>", 250, "MAIL", token);
        await AskAsync($"RCPT TO:<{to}>", 250, "RCPT", token);
        await AskAsync("DATA", 354, "DATA", token);
        // A line that begins with a dot gets a second one: a lone dot ends the message.
        var stuffed = message.Replace("\r\n.", "\r\n..", StringComparison.Ordinal);
        await AskAsync((stuffed.StartsWith('.') ? "." : "") + stuffed + "\r\n.", 250, "DATA", token);
        await WriteAsync("QUIT", token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _client.Dispose();
    }

    private async Task BeginAsync(SmtpOptions options, CancellationToken token)
    {
        await _client.ConnectAsync(options.Host, options.Port, token);
        _stream = _client.GetStream();
        if (options.Tls == SmtpTls.Implicit) await SecureAsync(options.Host, token);
        await ExpectAsync(220, "the greeting", token);
        var offers = await HelloAsync(token);
        if (options.Tls == SmtpTls.StartTls)
        {
            if (!offers.Contains("STARTTLS", StringComparer.OrdinalIgnoreCase)) throw new IOException("The mail server offers no TLS.");
            await AskAsync("STARTTLS", 220, "STARTTLS", token);
            await SecureAsync(options.Host, token);
            offers = await HelloAsync(token);
        }

        if (options is { User: { } user, Password: { } password }) await SignInAsync(user, password, offers, token);
    }

    private async Task SecureAsync(string host, CancellationToken token)
    {
        var secure = new SslStream(_stream);
        _stream = secure;
        await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host }, token);
    }

    private async Task<IReadOnlyList<string>> HelloAsync(CancellationToken token)
    {
        var name = new string([.. Environment.MachineName.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.')]);
        await WriteAsync($"EHLO {(name.Length == 0 ? "portal" : name)}", token);
        return await ExpectAsync(250, "EHLO", token);
    }

    private async Task SignInAsync(string user, string password, IReadOnlyList<string> offers, CancellationToken token)
    {
        var ways = offers.FirstOrDefault(offer => offer.StartsWith("AUTH ", StringComparison.OrdinalIgnoreCase))?.ToUpperInvariant().Split(' ') ?? [];
        if (ways.Contains("PLAIN") || !ways.Contains("LOGIN"))
        {
            await AskAsync("AUTH PLAIN " + Base64($"\0{user}\0{password}"), 235, "AUTH", token);
            return;
        }

        await AskAsync("AUTH LOGIN", 334, "AUTH", token);
        await AskAsync(Base64(user), 334, "AUTH", token);
        await AskAsync(Base64(password), 235, "AUTH", token);
    }

    private async Task AskAsync(string line, int expected, string step, CancellationToken token)
    {
        await WriteAsync(line, token);
        await ExpectAsync(expected, step, token);
    }

    private Task WriteAsync(string line, CancellationToken token) => _stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"), token).AsTask();

    private async Task<IReadOnlyList<string>> ExpectAsync(int expected, string step, CancellationToken token)
    {
        var texts = new List<string>();
        while (true)
        {
            var line = await ReadLineAsync(token);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code)) throw new IOException("The mail server does not speak SMTP.");
            texts.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length > 3 && line[3] == '-' && texts.Count < 100) continue;
            return code == expected ? texts : throw new SmtpRefusedException(code, step);
        }
    }

    private async Task<string> ReadLineAsync(CancellationToken token)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (line.Length < LongestLine)
        {
            if (await _stream.ReadAsync(one, token) == 0) throw new IOException("The mail server closed the connection.");
            if (one[0] == '\n') return line.ToString().TrimEnd('\r');
            line.Append((char)one[0]);
        }

        throw new IOException("The mail server does not speak SMTP.");
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
