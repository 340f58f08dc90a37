using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;

namespace AiPortal.Hosting;

/// <summary>How the master keys are given: in the setting itself, in a file, by a command, or by a file of the portal's own.</summary>
/// <param name="Name">The setting.</param>
/// <param name="Kind">Which of them.</param>
/// <param name="Text">The keys, a path or a command line.</param>
internal sealed record MasterKeySetting(string Name, MasterKeySetting.Way Kind, string Text)
{
    private const string Value = "Portal:MasterKey";
    private const string File = "Portal:MasterKeyFile";
    private const string Command = "Portal:MasterKeyCommand";

    internal enum Way { Own, Value, File, Command }

    /// <summary>In the data directory, made on the first start.</summary>
    public static MasterKeySetting Own { get; } = new(Value, Way.Own, "");

    /// <param name="configuration">At most one of the three is set.</param>
    /// <param name="mustBeGiven">The database is not the portal's own, and so the key cannot be beside it.</param>
    /// <exception cref="StartFault">Names the setting.</exception>
    public static MasterKeySetting Read(IConfiguration configuration, bool mustBeGiven)
    {
        var given = new[] { (Value, Way.Value), (File, Way.File), (Command, Way.Command) }.Where(pair => configuration[pair.Item1] is not null).ToList();
        if (given.Count > 1) throw new StartFault(given[1].Item1, $"cannot be given beside {given[0].Item1}.");
        if (given.Count == 0)
            return mustBeGiven ? throw new StartFault(Value, "must be given (base64 of 32 random bytes) with ConnectionStrings:Portal.") : Own;
        var (name, kind) = given[0];
        var text = configuration[name]!;
        if (string.IsNullOrWhiteSpace(text)) throw new StartFault(name, "is empty.");
        if (kind == Way.Value) Keys(name, text);
        return new MasterKeySetting(name, kind, text);
    }

    /// <summary>One or more keys, the newest last, apart by a comma, a blank or a line.</summary>
    /// <exception cref="StartFault">Names the setting, never the text.</exception>
    public static List<MasterKey> Keys(string name, string text)
    {
        var words = text.Split([' ', ',', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) throw new StartFault(name, "holds no key.");
        var keys = new List<MasterKey>();
        foreach (var word in words)
        {
            if (!MasterKey.TryParse(word, out var key, out var fault)) throw new StartFault(name, words.Length == 1 ? fault! : $"key {keys.Count + 1} {fault}");
            if (keys.TrueForAll(other => other.Fingerprint != key!.Fingerprint)) keys.Add(key!);
        }

        return keys;
    }
}
