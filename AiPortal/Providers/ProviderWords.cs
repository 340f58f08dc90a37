using System.Globalization;
using System.Text.RegularExpressions;
using AiPortal.Core.Providers;
using Microsoft.Extensions.Localization;

namespace AiPortal.Providers;

/// <summary>Kinds of account and results of a test in the reader's language.</summary>
internal static partial class ProviderWords
{
    // How the sentences of a test begin, and the text that says the same.
    private static readonly (string Start, string Key)[] Probes =
    [
        ("The account has no address", "Probe.NoAddress"), ("The vendor refuses the credential", "Probe.Credential"), ("The address answers with a redirect", "Probe.Redirect"),
        ("The vendor answers with status", "Probe.Status"), ("The vendor's list of models is too long", "Probe.TooLong"), ("The answer is not", "Probe.NotModels"),
        ("The vendor did not answer", "Probe.Silent"), ("This address is not allowed", "Probe.NotAllowed"), ("The address cannot be reached", "Probe.Unreachable"),
        ("No secure connection", "Probe.Insecure"), ("The connection failed", "Probe.Failed"), ("The stored credential cannot be opened", "Probe.Sealed"),
    ];

    internal static string KindName(string kind, IStringLocalizer text) =>
        kind == ProviderKinds.Sandbox ? text["Sandbox"] : ProviderKinds.Find(kind)?.Name ?? kind;

    /// <summary>English is what the test says itself; elsewhere the sentence is translated and a status kept.</summary>
    internal static string Probe(string error, IStringLocalizer text)
    {
        if (CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "en") return error;
        var known = Array.Find(Probes, probe => error.StartsWith(probe.Start, StringComparison.Ordinal));
        if (known.Key is null) return error;
        return text[known.Key, Status().Match(error).Value];
    }

    [GeneratedRegex(@"\b\d{3}\b")]
    private static partial Regex Status();
}
