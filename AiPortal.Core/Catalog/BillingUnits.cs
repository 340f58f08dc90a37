namespace AiPortal.Core.Catalog;

/// <summary>The units that a price can be for, as JSON and the database name them.</summary>
public static class BillingUnits
{
    public const string Token = "token";
    public const string Request = "request";
    public const string Minute = "minute";
    public const string Gigabyte = "gb";
    public const string Image = "image";
    public const string Character = "character";

    /// <summary>All units.</summary>
    public static IReadOnlyList<string> All { get; } = [Token, Request, Minute, Gigabyte, Image, Character];
}
