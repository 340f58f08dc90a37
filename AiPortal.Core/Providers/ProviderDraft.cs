using AiPortal.Core.Access;
using AiPortal.Core.Data;

namespace AiPortal.Core.Providers;

/// <summary>A new credential for an account; <c>Secret</c> null removes the one that stands.</summary>
public sealed record CredentialChange(string? Secret)
{
    /// <summary>Kept out of logs.</summary>
    public override string ToString() => nameof(CredentialChange);
}

/// <summary>What may be said of an account. Without <c>BaseUrl</c> the kind's own address counts; without <c>Credential</c> the stored one stays.</summary>
public sealed record ProviderDraft(
    string Name,
    string Kind,
    string? BaseUrl = null,
    CredentialChange? Credential = null,
    string[]? Models = null,
    IReadOnlyDictionary<string, string>? ModelMap = null,
    int Weight = 1,
    int Priority = 0,
    bool Enabled = true,
    bool AllowPrivate = false,
    int? Rpm = null,
    int? Tpm = null,
    int? Concurrency = null,
    bool SyncModels = false,
    DateTimeOffset? ApiKeyExpiresAt = null)
{
    /// <summary>The environment whose keys alone it serves; null: all.</summary>
    public Guid? EnvironmentId { get; init; }

    private const int MaxModels = 1000;
    private const int MaxModel = 256;
    private const int MaxSecret = 4096;
    private const int MaxRank = 1000;

    public static ProviderDraft Of(ProviderAccount row) => new(row.Name, row.Kind, row.BaseUrl, null, row.Models, row.ModelMap, row.Weight,
        row.Priority, row.Enabled, row.AllowPrivate, row.Rpm, row.Tpm, row.Concurrency, row.SyncModels, row.ApiKeyExpiresAt)
    { EnvironmentId = row.EnvironmentId };

    /// <summary>Without a secret: a request keeps that apart.</summary>
    internal ProviderDraft Bare => Credential?.Secret is null ? this : this with { Credential = null };

    /// <summary>With the secret that a request kept apart.</summary>
    internal ProviderDraft With(string? secret) => secret is null ? this : this with { Credential = new CredentialChange(secret) };

    /// <summary>What a request keeps apart.</summary>
    internal AskedSecret? AskedSecret => Credential?.Secret is { } secret ? new AskedSecret(secret) : null;

    /// <summary>The address calls go to, without a closing slash; null for the sandbox.</summary>
    public string? Address => (BaseUrl ?? ProviderKinds.Find(Kind)?.BaseUrl)?.TrimEnd('/');

    /// <summary>All but what the address resolves to. Null where nothing is wrong.</summary>
    public Refusal? Check()
    {
        var faults = new FieldFaults();
        faults.RequireText(Name, "name");
        CheckKind(faults);
        if (Credential?.Secret is { } secret) faults.Require(IsSecret(secret), "api_key", "Must be visible ASCII characters.");
        faults.Require(ApiKeyExpiresAt is null or { Year: >= 2000 and < 9000 }, "api_key_expires_at", "Must be an instant, or null where it does not expire.");
        faults.Require(Models is null || (Models.Length <= MaxModels && Models.All(IsModel)), "models", $"At most {MaxModels} names of 1 to {MaxModel} characters.");
        faults.Require(ModelMap is null || (ModelMap.Count <= MaxModels && ModelMap.All(pair => IsModel(pair.Key) && IsModel(pair.Value))),
            "model_map", $"At most {MaxModels} pairs of names of 1 to {MaxModel} characters.");
        faults.Require(Weight is >= 1 and <= MaxRank, "weight", $"Must be from 1 to {MaxRank}.");
        faults.Require(Priority is >= 0 and <= MaxRank, "priority", $"Must be from 0 to {MaxRank}; lower is tried first.");
        faults.Require(Rpm is null or >= 1, "rpm", "Must be at least 1, or null for no limit.");
        faults.Require(Tpm is null or >= 1, "tpm", "Must be at least 1, or null for no limit.");
        faults.Require(Concurrency is null or >= 1, "concurrency", "Must be at least 1, or null for no limit.");
        return faults.Any ? faults.ToRefusal() : null;
    }

    internal static bool IsSecret(string secret) => secret.Length is > 0 and <= MaxSecret && secret.All(c => c is > ' ' and <= '~');

    internal void WriteTo(ProviderAccount row)
    {
        row.Name = Name.Trim();
        row.Kind = Kind;
        row.BaseUrl = Address;
        row.Models = Models?.Distinct(StringComparer.Ordinal).ToArray();
        row.ModelMap = ModelMap is null ? [] : new Dictionary<string, string>(ModelMap);
        (row.Weight, row.Priority, row.Enabled, row.AllowPrivate) = (Weight, Priority, Enabled, AllowPrivate);
        (row.Rpm, row.Tpm, row.Concurrency) = (Rpm, Tpm, Concurrency);
        (row.SyncModels, row.ApiKeyExpiresAt, row.EnvironmentId) = (SyncModels, ApiKeyExpiresAt?.ToUniversalTime(), EnvironmentId);
    }

    private void CheckKind(FieldFaults faults)
    {
        if (ProviderKinds.Find(Kind) is not { } kind)
            faults.Add("kind", $"Must be one of {string.Join(", ", ProviderKinds.All.Where(k => k.Served).Select(k => k.Kind))}.");
        else if (!kind.Served)
            faults.Add("kind", $"The gateway does not speak to {kind.Name} yet; its OpenAI-compatible address works with the kind openai-compatible.");
        else if (kind.Dialect == ProviderDialect.Sandbox)
            faults.Require(BaseUrl is null && Credential?.Secret is null, BaseUrl is null ? "api_key" : "base_url", "The sandbox is in this process: it has no address and no key.");
        else if (Address is null)
            faults.Add("base_url", "This kind needs the address that the vendor's SDK takes, as https://llm.example.com/v1.");
        else if (UpstreamAddress.FaultOf(Address, Kind) is { } fault)
            faults.Add("base_url", fault);
    }

    private static bool IsModel(string name) => name.Length is > 0 and <= MaxModel && !name.Any(char.IsControl) && !string.IsNullOrWhiteSpace(name);
}
