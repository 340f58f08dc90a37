using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace AiPortal.Tests.Fixtures;

/// <summary>What the way to the database does.</summary>
public enum DatabaseWay
{
    Open,

    /// <summary>Nobody listens, and what was connected is reset: a stopped server.</summary>
    Refused,

    /// <summary>Bytes go nowhere, for ever on the connections of that time: a lost host.</summary>
    Silent,

    /// <summary>New connections are told that there are too many.</summary>
    Crowded,

    /// <summary>Commits arrive, their answers do not: the outcome is unknown.</summary>
    AnswersLost,
}

/// <summary>Stands between a portal and PostgreSQL, on a port of its own, and fails as it is told.</summary>
public sealed class DatabaseProxy : IAsyncDisposable
{
    private static readonly byte[] Commit = "COMMIT"u8.ToArray();
    private readonly string _server;
    private readonly ConcurrentDictionary<Link, bool> _links = new();
    private readonly IPEndPoint _endPoint;
    private TcpListener? _listener;
    private volatile DatabaseWay _way;

    private DatabaseProxy(string server)
    {
        _server = server;
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        _endPoint = (IPEndPoint)_listener.LocalEndpoint;
        _ = AcceptAsync(_listener);
    }

    /// <summary>Connections that were cut after a commit had gone through.</summary>
    public int CommitsUnanswered { get; private set; }

    /// <param name="connectionString">Of a server on a Unix socket.</param>
    /// <param name="through">The same by way of the proxy.</param>
    public static DatabaseProxy Before(string connectionString, out string through)
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        var proxy = new DatabaseProxy(Path.Combine(server.Host!, $".s.PGSQL.{server.Port}"));
        through = new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = proxy._endPoint.Port, SslMode = SslMode.Disable }.ConnectionString;
        return proxy;
    }

    public void Turn(DatabaseWay way)
    {
        _way = way;
        if (way == DatabaseWay.Refused)
        {
            _listener!.Dispose();
            _listener = null;
        }
        else if (_listener is null)
        {
            _listener = new TcpListener(_endPoint);
            _listener.Start();
            _ = AcceptAsync(_listener);
        }

        foreach (var link in _links.Keys)
        {
            if (way is DatabaseWay.Refused or DatabaseWay.Crowded) link.Cut();
            if (way == DatabaseWay.Silent) link.IsSilent = true;
        }
    }

    public ValueTask DisposeAsync()
    {
        _listener?.Dispose();
        foreach (var link in _links.Keys) link.Cut();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true) _ = ServeAsync(await listener.AcceptSocketAsync());
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // Turned away, or at the end.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        client.NoDelay = true;
        var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var link = new Link(client, server) { IsSilent = _way == DatabaseWay.Silent };
        _links[link] = true;
        try
        {
            if (_way == DatabaseWay.Crowded)
            {
                await RefuseAsync(client);
                return;
            }

            await server.ConnectAsync(new UnixDomainSocketEndPoint(_server));
            await Task.WhenAny(CopyAsync(link, client, server, up: true), CopyAsync(link, server, client, up: false));
            if (link.IsSilent) await link.Ended;
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // The server's end, or the test's.
        }
        finally
        {
            link.Cut();
            _links.TryRemove(link, out _);
        }
    }

    private async Task CopyAsync(Link link, Socket from, Socket to, bool up)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var count and > 0)
            {
                if (link.IsSilent)
                {
                    await link.Ended;
                    return;
                }

                if (up && _way == DatabaseWay.AnswersLost && buffer.AsSpan(0, count).IndexOf(Commit) >= 0) link.HasCommitted = true;
                if (!up && link.HasCommitted)
                {
                    CommitsUnanswered++;
                    return;
                }

                await SendAllAsync(to, buffer.AsMemory(0, count));
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // One end has gone; the other follows.
        }
    }

    private static async Task SendAllAsync(Socket to, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0) bytes = bytes[await to.SendAsync(bytes)..];
    }

    /// <summary>What a server with max_connections reached answers to a start-up packet.</summary>
    private static async Task RefuseAsync(Socket client)
    {
        var buffer = new byte[4096];
        await client.ReceiveAsync(buffer);
        var fields = Encoding.ASCII.GetBytes("SFATAL\0VFATAL\0C53300\0Msorry, too many clients already\0\0");
        var message = new byte[5 + fields.Length];
        message[0] = (byte)'E';
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), 4 + fields.Length);
        fields.CopyTo(message, 5);
        await SendAllAsync(client, message);
    }

    private sealed class Link(Socket client, Socket server)
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _silent;
        private volatile bool _committed;

        public bool IsSilent { get => _silent; set => _silent = value; }

        /// <summary>A commit has gone to the server whose answer must not come back.</summary>
        public bool HasCommitted { get => _committed; set => _committed = value; }

        public Task Ended => _ended.Task;

        public void Cut()
        {
            client.Close(0);
            server.Close(0);
            _ended.TrySetResult();
        }
    }
}
