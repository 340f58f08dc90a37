using System.Globalization;
using System.Text.RegularExpressions;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>
/// What a model takes and refuses, by the family and generation in its name: these rules change with each generation. A name that is
/// none of Anthropic's belongs to a compatible vendor, which takes what models took before the newer rules.
/// </summary>
internal sealed partial record AnthropicModel(string Family, decimal Generation)
{
    private const string Opus = "opus";
    private const string Sonnet = "sonnet";
    private const string Fable = "fable";
    private const decimal Unknown = 4.0m;

    /// <summary>Any thinking at all.</summary>
    public bool Thinks => Generation >= 3.7m;

    /// <summary>The model decides how much it thinks; an effort, not a budget, guides it.</summary>
    public bool ThinksAdaptively => Generation >= 4.6m;

    /// <summary>Thinks unless told not to.</summary>
    public bool ThinksUnasked => Generation >= 5m;

    public bool AlwaysThinks => (Family == Opus && Generation >= 5.5m) || (Family == Fable && Generation >= 5.1m);

    public bool TakesEffort => Generation >= 4.6m || (Family == Opus && Generation >= 4.5m);

    public bool TakesHighestEfforts => Generation >= 4.7m;

    public bool TakesMaxEffort => Generation >= 4.6m;

    /// <summary>Temperature and the like, other than the default.</summary>
    public bool TakesSampling => Generation < 5m;

    /// <summary>Temperature and top_p in one request.</summary>
    public bool TakesBothSamplings => Generation < 4.1m;

    public bool TakesForcedTools => !((Family is Opus or Sonnet && Generation >= 5.5m) || (Family == Fable && Generation >= 5.1m));

    /// <summary>A JSON schema for the answer, and strict tools; models without it are made to call one tool that has the schema.</summary>
    public bool TakesSchemas => Generation >= 4.5m || (Family == Opus && Generation >= 4.1m);

    public static AnthropicModel Of(string name)
    {
        var match = Name().Match(name);
        if (!match.Success) return new AnthropicModel("", Unknown);
        var minor = match.Groups["minor"] is { Success: true } given ? given.Value : "0";
        return new AnthropicModel(
            match.Groups["family"].Value.ToLowerInvariant(), decimal.Parse($"{match.Groups["major"].Value}.{minor}", CultureInfo.InvariantCulture));
    }

    // claude-sonnet-4-5-20250929, claude-opus-4-20250514, claude-3-7-sonnet-latest, anthropic/claude-opus-4.5
    [GeneratedRegex(@"claude-(?:(?<major>\d{1,2})(?:[-.](?<minor>\d))?-(?<family>[a-z]+)|(?<family>[a-z]+)-(?<major>\d{1,2})(?:[-.](?<minor>\d)(?!\d))?)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
