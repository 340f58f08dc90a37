using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AiPortal.Tests.Alerts;

/// <summary>A mail as the sink took it.</summary>
internal sealed record SunkMail(string From, string To, string Data, string? SignedInAs);

/// <summary>A mail server on 127.0.0.1 that keeps what it gets. It can refuse recipients for now (450) or for good (550).</summary>
internal sealed class SmtpSink : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public SmtpSink()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public ConcurrentQueue<SunkMail> Mails { get; } = new();

    /// <summary>Answers to the next RCPT commands; 250 when there is none left.</summary>
    public ConcurrentQueue<int> Recipients { get; } = new();

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = TalkAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // The sink was closed.
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        using var _ = client;
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        await using var writer = new StreamWriter(client.GetStream(), new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true };
        var (from, to, user) = ("", "", (string?)null);
        await writer.WriteLineAsync("220 sink");
        while (await reader.ReadLineAsync() is { } line)
        {
            switch (line.Split(' ', ':')[0].ToUpperInvariant())
            {
                case "EHLO":
                    await writer.WriteLineAsync("250-sink\r\n250 AUTH PLAIN LOGIN");
                    break;
                case "AUTH":
                    user = Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(' ')[2])).Split('\0')[1];
                    await writer.WriteLineAsync("235 welcome");
                    break;
                case "MAIL":
                    from = line;
                    await writer.WriteLineAsync("250 ok");
                    break;
                case "RCPT":
                    to = line;
                    await writer.WriteLineAsync($"{(Recipients.TryDequeue(out var code) ? code : 250)} recipient");
                    break;
                case "DATA":
                    await writer.WriteLineAsync("354 go on");
                    var data = new StringBuilder();
                    while (await reader.ReadLineAsync() is { } text && text != ".") data.Append(text).Append('\n');
                    Mails.Enqueue(new SunkMail(from, to, data.ToString(), user));
                    await writer.WriteLineAsync("250 kept");
                    break;
                case "QUIT":
                    await writer.WriteLineAsync("221 bye");
                    return;
                default:
                    await writer.WriteLineAsync("500 what");
                    break;
            }
        }
    }
}
