using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace AiPortal.Tests.Fixtures;

/// <summary>Stands between a browser and a portal, on a port of its own; cut, it ends all connections and takes none until it is mended.</summary>
internal sealed class CutProxy : IAsyncDisposable
{
    private readonly ConcurrentDictionary<TcpClient, bool> _open = new();
    private readonly IPEndPoint _place;
    private readonly Uri _server;
    private TcpListener? _listener;

    public CutProxy(Uri server)
    {
        _server = server;
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _place = (IPEndPoint)listener.LocalEndpoint;
        Listen(listener);
    }

    public Uri Address => new($"http://127.0.0.1:{_place.Port}/");

    public void Cut()
    {
        _listener?.Dispose();
        _listener = null;
        foreach (var client in _open.Keys) client.Dispose();
    }

    public void Mend()
    {
        var listener = new TcpListener(_place);
        listener.Start();
        Listen(listener);
    }

    public ValueTask DisposeAsync()
    {
        Cut();
        return ValueTask.CompletedTask;
    }

    private void Listen(TcpListener listener)
    {
        _listener = listener;
        _ = AcceptAsync(listener);
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true) _ = CarryAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // It was cut.
        }
    }

    private async Task CarryAsync(TcpClient near)
    {
        using var far = new TcpClient();
        _open[near] = _open[far] = true;
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _server.Port);
            await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream()), far.GetStream().CopyToAsync(near.GetStream()));
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            // One of the two has gone.
        }
        finally
        {
            _open.TryRemove(near, out _);
            _open.TryRemove(far, out _);
            near.Dispose();
        }
    }
}
