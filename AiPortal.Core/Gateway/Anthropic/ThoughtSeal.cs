using System.Text;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>
/// A signature of thoughts on its way through a caller of another dialect: with the model whose thoughts they are, because no other takes
/// them back. Base64, as other dialects expect of theirs.
/// </summary>
internal static class ThoughtSeal
{
    public static string Close(string? model, string signature) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{model}\n{signature}"));

    /// <summary>The provider's own signature; null when it is another vendor's, or of another model's thoughts.</summary>
    public static string? Open(string? seal, string model)
    {
        if (seal is null) return null;
        var bytes = new byte[(seal.Length / 4 * 3) + 3];
        if (!Convert.TryFromBase64String(seal, bytes, out var length)) return null;
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return end > 0 && IsSame(text[..end], model) ? text[(end + 1)..] : null;
    }

    // An answer names the dated model that an undated name stands for.
    private static bool IsSame(string answered, string asked) =>
        answered == asked || answered.StartsWith(asked + "-", StringComparison.Ordinal) || asked.StartsWith(answered + "-", StringComparison.Ordinal);
}
