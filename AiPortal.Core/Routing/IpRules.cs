using System.Net;

namespace AiPortal.Core.Routing;

/// <summary>From where a key may be used: a deny wins, and with an allow list all else is denied.</summary>
public sealed class IpRules
{
    private readonly IPNetwork[]? _allow;
    private readonly IPNetwork[] _deny;

    public IpRules(IEnumerable<string>? allow, IEnumerable<string>? deny)
    {
        _allow = allow?.Select(IPNetwork.Parse).ToArray();
        _deny = deny?.Select(IPNetwork.Parse).ToArray() ?? [];
    }

    public static IpRules Any { get; } = new(null, null);

    /// <summary>An unknown address passes only where there are no rules.</summary>
    public bool Admit(IPAddress? address)
    {
        if (_allow is null && _deny.Length == 0) return true;
        if (address is null) return false;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return !Array.Exists(_deny, network => network.Contains(address))
            && (_allow is null || Array.Exists(_allow, network => network.Contains(address)));
    }
}
