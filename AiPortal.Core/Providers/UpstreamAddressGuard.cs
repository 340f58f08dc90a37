using System.Net;
using System.Net.Sockets;

namespace AiPortal.Core.Providers;

/// <summary>An address that the portal must not connect to.</summary>
public sealed class AddressRefusedException(string host, string reason) : IOException($"{host}: {reason}");

/// <summary>
/// Keeps configured addresses from reaching into private networks: checked when one is saved, and again at the moment of connecting
/// against the address really dialled, so that a name that changes its mind gains nothing.
/// </summary>
/// <param name="privateNetworks">Where an account's <c>allow_private</c> may take effect.</param>
/// <param name="lookup">What a name's addresses are; by default the system's answer.</param>
public sealed class UpstreamAddressGuard(IReadOnlyList<IPNetwork> privateNetworks, Func<string, CancellationToken, Task<IPAddress[]>>? lookup = null)
{
    private static readonly IPNetwork[] NeverAllowed = Networks("0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "100.100.100.200/32", "168.63.129.16/32",
        "192.0.0.192/32", "::/128", "fe80::/10", "fec0::/10", "ff00::/8", "fd00:ec2::254/128", "fd20:ce::254/128");

    private static readonly IPNetwork[] Private = Networks("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "::1/128", "fc00::/7", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16");

    // Prefixes with an IPv4 address inside: what counts is the address it leads to.
    private static readonly (IPNetwork Network, int Offset)[] Embedding =
    [
        (IPNetwork.Parse("64:ff9b::/96"), 12), (IPNetwork.Parse("2002::/16"), 2), (IPNetwork.Parse("::/96"), 12), (IPNetwork.Parse("::ffff:0:0:0/96"), 12),
    ];

    /// <summary>Null when the address may be dialled, else the reason it may not.</summary>
    public string? Refusal(IPAddress address, bool allowPrivate)
    {
        address = Plain(address);
        if (Array.Exists(NeverAllowed, network => network.Contains(address))) return "link-local, metadata and reserved addresses are never allowed";
        if (!Array.Exists(Private, network => network.Contains(address))) return null;
        if (!allowPrivate) return "the address is private; the account does not allow private addresses";
        return privateNetworks.Any(network => network.Contains(address)) ? null : "the address is private and outside Portal:PrivateUpstreams";
    }

    /// <summary>Resolves a host and gives the reason why none of its addresses may be dialled; null when at least one may, and all that may not are skipped later.</summary>
    /// <exception cref="SocketException">The name does not resolve.</exception>
    public async Task<string?> RefusalAsync(string host, bool allowPrivate, CancellationToken token)
    {
        string? reason = "the name has no address";
        foreach (var address in await ResolveAsync(host, token))
        {
            reason = Refusal(address, allowPrivate);
            if (reason is not null) return reason;
        }

        return reason;
    }

    /// <summary>For <c>SocketsHttpHandler.ConnectCallback</c>.</summary>
    /// <exception cref="AddressRefusedException">No address of the host may be dialled.</exception>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint target, bool allowPrivate, CancellationToken token)
    {
        Exception? last = null;
        foreach (var address in await ResolveAsync(target.Host, token))
        {
            if (Refusal(address, allowPrivate) is { } reason)
            {
                last = new AddressRefusedException(target.Host, reason);
                continue;
            }

            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, target.Port), token);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception fault)
            {
                socket.Dispose();
                if (fault is not SocketException) throw;
                last = fault;
            }
        }

        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken token)
    {
        // A closing dot makes a name absolute and hides that it is an address.
        host = host.Trim('[', ']').TrimEnd('.');
        if (IPAddress.TryParse(host, out var literal)) return [literal];
        return lookup is null ? await Dns.GetHostAddressesAsync(host, token) : await lookup(host, token);
    }

    private static IPAddress Plain(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || address.Equals(IPAddress.IPv6Loopback) || address.Equals(IPAddress.IPv6Any)) return address;
        foreach (var (network, offset) in Embedding)
        {
            if (network.Contains(address)) return new IPAddress(address.GetAddressBytes().AsSpan(offset, 4));
        }

        return address;
    }

    private static IPNetwork[] Networks(params string[] texts) => Array.ConvertAll(texts, IPNetwork.Parse);
}
