using AiPortal.Core.Data;

namespace AiPortal.Core.Tenancy;

/// <summary>How much may be called; null is unlimited.</summary>
/// <param name="Rpm">Requests in any 60 seconds.</param>
/// <param name="Tpm">Tokens in any 60 seconds, input and output.</param>
/// <param name="Concurrency">Calls at a time.</param>
public sealed record RateLimit(int? Rpm = null, int? Tpm = null, int? Concurrency = null)
{
    public static RateLimit None { get; } = new();

    public static RateLimit Of(ILimitedRow row) => row is { Rpm: null, Tpm: null, Concurrency: null } ? None : new(row.Rpm, row.Tpm, row.Concurrency);

    public void WriteTo(ILimitedRow row) => (row.Rpm, row.Tpm, row.Concurrency) = (Rpm, Tpm, Concurrency);

    /// <param name="faults">Takes what is wrong, as members of <c>rate_limit</c>.</param>
    public void Check(FieldFaults faults)
    {
        faults.Require(Rpm is null or >= 1, "rate_limit.rpm", "Must be at least 1; null is unlimited.");
        faults.Require(Tpm is null or >= 1, "rate_limit.tpm", "Must be at least 1; null is unlimited.");
        faults.Require(Concurrency is null or >= 1, "rate_limit.concurrency", "Must be at least 1; null is unlimited.");
    }
}

/// <summary>A row with limits of its own: a key, a member, a team, an organization.</summary>
public interface ILimitedRow
{
    /// <inheritdoc cref="RateLimit(int?, int?, int?)"/>
    int? Rpm { get; set; }

    /// <inheritdoc cref="Rpm"/>
    int? Tpm { get; set; }

    /// <inheritdoc cref="Rpm"/>
    int? Concurrency { get; set; }
}
