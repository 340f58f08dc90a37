using System.Net.Sockets;
using System.Text;

namespace AiPortal.Tests.Gateway.Abuse;

/// <summary>Says to a server exactly what it is given, which no client library would say.</summary>
internal static class RawHttp
{
    /// <summary>All that comes back until the server closes; empty where it closes without a word.</summary>
    public static async Task<string> SendAsync(Uri server, string text, Encoding? encoding = null)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await socket.ConnectAsync(server.Host, server.Port, patience.Token);
        await using var stream = new NetworkStream(socket);
        var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync((encoding ?? Encoding.Latin1).GetBytes(text), patience.Token);
            await stream.CopyToAsync(answer, patience.Token);
        }
        catch (IOException)
        {
            // Reset in the midst of it: what came until then is the answer.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }

    /// <summary>0 where there was no answer.</summary>
    public static int StatusOf(string answer) => answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(answer.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture) : 0;
}
