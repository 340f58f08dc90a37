namespace AiPortal.Core.Tenancy;

/// <summary>Whether the texts of calls are kept beside what they cost.</summary>
public enum BodyLogging
{
    /// <summary>Nothing is kept; the default.</summary>
    Off,

    /// <summary>Request and answer of every call that reached a provider are kept, encrypted, until they expire.</summary>
    On,
}

/// <summary>What is taken out of a body before it is kept.</summary>
public enum BodyRedaction
{
    /// <summary>API keys, tokens, passwords and private keys.</summary>
    Secrets,

    EmailAddresses,

    PhoneAndCardNumbers,
}

/// <summary>How an organization wants bodies kept. <c>RetentionDays</c> is 1 to 365.</summary>
public sealed record BodyPolicy(int RetentionDays, IReadOnlyList<BodyRedaction> Redactions)
{
    public const int StandardDays = 30;
    public const int LongestDays = 365;

    /// <summary>Every built-in redaction; the default.</summary>
    public static IReadOnlyList<BodyRedaction> AllRedactions { get; } = Enum.GetValues<BodyRedaction>();

    /// <summary>Null where nothing is kept.</summary>
    public static BodyPolicy? Of(Organization row) => row.BodyLogging == BodyLogging.On ? new BodyPolicy(row.BodyRetentionDays, row.BodyRedaction) : null;
}
