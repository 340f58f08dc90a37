namespace AiPortal.Core.Providers;

/// <summary>An account as the audit trail shows it: the credential only by its last characters.</summary>
internal sealed record ProviderNote(string Name, string Kind, string? BaseUrl, string? ApiKeyHint, string[]? Models,
    IReadOnlyDictionary<string, string> ModelMap, int Weight, int Priority, bool Enabled, bool AllowPrivate, int? Rpm, int? Tpm, int? Concurrency,
    bool SyncModels, DateTimeOffset? ApiKeyExpiresAt, string? PreviousKeyHint, Guid? EnvironmentId)
{
    public static ProviderNote Of(ProviderAccount row) => new(row.Name, row.Kind, row.BaseUrl, row.ApiKeyHint, row.Models,
        new Dictionary<string, string>(row.ModelMap), row.Weight, row.Priority, row.Enabled, row.AllowPrivate,
        row.Rpm, row.Tpm, row.Concurrency, row.SyncModels, row.ApiKeyExpiresAt, row.PreviousKeyHint, row.EnvironmentId);
}
