using System.Globalization;
using System.Net;

namespace AiPortal.Tests.Providers;

/// <summary>Ways to write an address that must not be dialled, so that a reader takes it for another.</summary>
internal static class OddAddresses
{
    private static readonly string[] Targets =
    [
        "127.0.0.1", "127.0.0.2", "0.0.0.0", "10.0.0.1", "169.254.169.254", "192.168.1.1", "172.16.0.1", "100.100.100.200", "168.63.129.16", "100.64.0.1", "224.0.0.1",
        "255.255.255.255",
    ];

    /// <summary>Over 300; each is meant for the given port.</summary>
    public static IReadOnlyList<string> All(int port) =>
        [.. Targets.SelectMany(target => Forms(IPAddress.Parse(target).GetAddressBytes())).Select(host => $"http://{host}:{port}/v1"), .. Crafted(port)];

    private static IEnumerable<string> Forms(byte[] ip)
    {
        var (a, b, c, d) = (ip[0], ip[1], ip[2], ip[3]);
        var number = ((uint)a << 24) | ((uint)b << 16) | ((uint)c << 8) | d;
        var (high, low) = ((number >> 16).ToString("x", CultureInfo.InvariantCulture), (number & 0xffff).ToString("x", CultureInfo.InvariantCulture));
        var dotted = $"{a}.{b}.{c}.{d}";
        return
        [
            dotted, dotted + ".", $"{number}", $"0x{number:x}", $"0X{number:X}", $"0{Octal(number)}", $"000{Octal(number)}", $"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}",
            $"0{Octal(a)}.0{Octal(b)}.0{Octal(c)}.0{Octal(d)}", $"0x{a:x}.{b}.0{Octal(c)}.{d}", $"{a}.{number & 0xffffff}", $"{a}.{b}.{number & 0xffff}",
            string.Concat(dotted.Select(Wide)), dotted.Replace('.', '。'), string.Concat(dotted.Select(ch => $"%{(int)ch:x2}")), $"[::ffff:{dotted}]", $"[::ffff:{high}:{low}]",
            $"[0:0:0:0:0:ffff:{high}:{low}]", $"[::FFFF:{dotted}]", $"[::{dotted}]", $"[64:ff9b::{high}:{low}]", $"[64:ff9b:1::{high}:{low}]", $"[2002:{high}:{low}::]", $"[::ffff:0:{high}:{low}]",
        ];
    }

    private static IEnumerable<string> Crafted(int port)
    {
        string[] hosts =
        [
            "localhost", "LOCALHOST", "localhost.", "ip6-localhost", "localhost.localdomain", "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::0]", "[::1%251]", "[fe80::1]", "[fe80::1%25eth0]", "[fec0::1]",
            "[fd00:ec2::254]", "[fd20:ce::254]", "[fc00::1]", "[ff02::1]", "[2001:db8::1]", "[2001:0:7f00:1::]", "[100::1]", "[3fff::1]", "①②⑦.0.0.1", "⑯⑨.254.⑯⑨.254", "127.0.0.1%00.example.com",
            "127.0.0.1%2f.example.com", "metadata.google.internal", Dns.GetHostName(), "127.0.0.1.nip.io.invalid", "0", "0x0", "00", "127.0.0.1%0d%0aHost:example.com",
        ];
        string[] odd =
        [
            $"http://example.com@127.0.0.1:{port}/v1", $"http://127.0.0.1:{port}@example.invalid/v1", $"http://user:pass@localhost:{port}/", $"http://example.invalid#@127.0.0.1:{port}/",
            $"http://example.invalid?@127.0.0.1:{port}/", $"http://127.0.0.1:{port}\\@example.invalid/", $"http://example.invalid\\@127.0.0.1:{port}/", $"http:\\\\127.0.0.1:{port}", $"http:127.0.0.1:{port}",
            $"http:/127.0.0.1:{port}/", $"http:///127.0.0.1:{port}/", $"//127.0.0.1:{port}/", $"127.0.0.1:{port}", $"ftp://127.0.0.1:{port}/", $"gopher://127.0.0.1:{port}/_GET", $"file://127.0.0.1:{port}/etc/passwd",
            "file:///etc/passwd", $"ws://127.0.0.1:{port}/", $"dict://127.0.0.1:{port}/", $"ldap://127.0.0.1:{port}/", $"jar:http://127.0.0.1:{port}!/", $"http://127.0.0.1:{port}/v1?x=https://example.com",
            $"http://127.0.0.1:{port}/v1#https://example.com", $"http://[127.0.0.1]:{port}/", $"http://127.0.0.1 :{port}/", $"http://127.0.0.1\t:{port}/", $"http://127.0.0.1\r\n:{port}/", $" http://127.0.0.1:{port}/",
            $"http://127.0.0.1:0{port}/", $"HTTP://127.0.0.1:{port}/", $"http://127.0.0.1:{port}/../../", $"http://127.0.0.1:{port}/%2e%2e/", "http://", "http://:80/", "", "unix:/run/postgresql/.s.PGSQL.5432",
            $"http://unix:/var/run/docker.sock:{port}/", $"https://127.0.0.1:{port}/v1", $"http://a.b.c.d.e@[::1]:{port}/", $"http://[::1]:{port}@example.invalid/",
        ];
        return hosts.Select(host => $"http://{host}:{port}/v1").Concat(odd);
    }

    private static string Octal(uint number) => Convert.ToString(number, 8);

    private static char Wide(char c) => c == '.' ? '．' : (char)('０' + (c - '0'));
}
