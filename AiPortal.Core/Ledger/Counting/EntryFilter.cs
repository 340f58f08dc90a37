namespace AiPortal.Core.Ledger.Counting;

/// <summary>
/// Which calls count: those of a model and of a provider account; null members let all through. In a model's name <c>*</c> stands
/// for any characters, none included; everything else is itself.
/// </summary>
/// <param name="Model">The model as the call was made with it.</param>
/// <param name="ProviderId">The provider account that the attempt went to.</param>
public readonly record struct EntryFilter(string? Model, Guid? ProviderId)
{
    public bool IsAny => Model is null && ProviderId is null;

    public bool Matches(string model, Guid? providerId) =>
        (ProviderId is null || ProviderId == providerId) && (Model is null || Matches(Model, model));

    /// <summary>The same in SQL, where columns say what is let through.</summary>
    /// <param name="entry">The alias of <c>ledger_entries</c> or <c>usage_rollups</c>.</param>
    /// <param name="model">As <c>b.model</c>.</param>
    /// <param name="providerId">As <c>b.provider_id</c>.</param>
    public static string Sql(string entry, string model, string providerId) => $"""
        ({model} IS NULL OR {entry}.model_name LIKE replace(replace(replace(replace({model}, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%') ESCAPE '\')
          AND ({providerId} IS NULL OR {entry}.provider_id = {providerId})
        """;

    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        var (p, t, star, mark) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
                (star, mark) = (p++, t);
            else if (p < pattern.Length && pattern[p] == text[t])
                (p, t) = (p + 1, t + 1);
            else if (star >= 0)
                (p, t) = (star + 1, ++mark);
            else
                return false;
        }

        return pattern[p..].Trim('*').IsEmpty;
    }
}
