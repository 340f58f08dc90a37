namespace AiPortal.Core.Gateway.Gemini;

/// <summary>Names of models in paths: <c>models/gemini-2.5-pro</c>, <c>tunedModels/my-model</c>; names of other vendors may have slashes.</summary>
public static class GeminiModelName
{
    private const int MaxLength = 256;
    private const string Models = "models/";
    private const string TunedModels = "tunedModels/";

    /// <summary>What the portal calls the model: without <c>models/</c>, tuned ones with theirs.</summary>
    public static string Bare(string resource) => resource.StartsWith(Models, StringComparison.Ordinal) ? resource[Models.Length..] : resource;

    /// <summary>What Google calls it.</summary>
    public static string Resource(string model) =>
        model.StartsWith(Models, StringComparison.Ordinal) || model.StartsWith(TunedModels, StringComparison.Ordinal) ? model : Models + model;

    /// <summary>The path of a method, relative to the account's address, such as <c>v1beta/models/gemini-2.5-pro:generateContent</c>.</summary>
    public static string Path(string model, string method) =>
        "v1beta/" + string.Join('/', Resource(model).Split('/').Select(Uri.EscapeDataString)) + ":" + method;

    /// <summary>Null for a name that can stand in a path.</summary>
    public static GatewayRefusal? Fault(string? model) =>
        string.IsNullOrWhiteSpace(model) || model.Length > MaxLength || model.AsSpan().IndexOfAnyInRange('\0', '\u001f') >= 0 || model.Split('/').Any(part => part is "" or "." or "..")
            ? GatewayFailures.Refuse(GatewayFailure.BodyInvalid, $"The model's name in the path must have 1 to {MaxLength} characters, and no empty parts.") with { Param = "model" }
            : null;

    /// <summary>The generation that the name tells, such as 3 of <c>gemini-3-pro-preview</c>; 0 where it tells none.</summary>
    public static int Generation(string model)
    {
        const string family = "gemini-";
        var at = model.LastIndexOf(family, StringComparison.OrdinalIgnoreCase);
        if (at < 0) return 0;
        var digits = model.AsSpan(at + family.Length);
        var length = 0;
        while (length < digits.Length && char.IsAsciiDigit(digits[length])) length++;
        return length is > 0 and < 4 ? int.Parse(digits[..length], System.Globalization.CultureInfo.InvariantCulture) : 0;
    }
}
