namespace AiPortal.Core.Compliance;

/// <summary>A call as far as it tells from where and when a key was used.</summary>
internal sealed record KeyUseAt(DateTimeOffset At, string? ClientIp, bool Refused);

/// <summary>A place a key was used from: a network of addresses, /24 for IPv4 and /48 for IPv6.</summary>
/// <param name="Network">CIDR; null where the address is not known.</param>
/// <param name="IsUnusual">New within a week on a key that has long been used from elsewhere.</param>
public sealed record KeyPlace(string? Network, int Calls, int Refused, DateTimeOffset FirstAt, DateTimeOffset LastAt, bool IsUnusual);

/// <summary>Where and when one key was used.</summary>
/// <param name="Since">The oldest call that was looked at.</param>
/// <param name="IsWhole">False where there were more calls than are looked at.</param>
/// <param name="Places">The latest first.</param>
/// <param name="Hours">Calls by hour of the organization's day, 24 of them.</param>
/// <param name="UnusualHours">Hours of the last week in which the key was hardly ever used before.</param>
public sealed record KeyAccess(Guid KeyId, string? KeyName, string? Owner, int Calls, DateTimeOffset? Since, DateTimeOffset? LastAt, bool IsWhole,
    IReadOnlyList<KeyPlace> Places, IReadOnlyList<int> Hours, IReadOnlyList<int> UnusualHours)
{
    public bool IsUnusual => UnusualHours.Count > 0 || Places.Any(place => place.IsUnusual);
}
