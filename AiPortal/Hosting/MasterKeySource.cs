using System.Diagnostics;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Vault;

namespace AiPortal.Hosting;

/// <summary>The master keys where the operator keeps them, or in a 0600 file of the portal's own.</summary>
internal sealed class MasterKeySource : IMasterKeySource
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly MasterKeySetting _given;
    private readonly string _path;
    private readonly Lock _writing = new();
    private volatile IReadOnlyList<MasterKey>? _last;

    public MasterKeySource(MasterKeySetting given, string dataDirectory)
    {
        _given = given;
        _path = given.Kind == MasterKeySetting.Way.File ? given.Text : Path.Combine(dataDirectory, "keys", "master.key");
    }

    public string Setting => _given.Name;

    public bool MayMake => _given.Kind == MasterKeySetting.Way.Own;

    /// <summary>Whether there is anything: the portal's own file may not be there yet.</summary>
    public bool IsThere => !MayMake || File.Exists(_path);

    public IReadOnlyList<MasterKey> Read(bool quick)
    {
        if (_last is { } last && (_given.Kind == MasterKeySetting.Way.Value || (quick && _given.Kind == MasterKeySetting.Way.Command))) return last;
        return _last = MasterKeySetting.Keys(Setting, _given.Kind switch
        {
            MasterKeySetting.Way.Value => _given.Text,
            MasterKeySetting.Way.Command => Output(),
            MasterKeySetting.Way.Own or MasterKeySetting.Way.File => Text(),
        });
    }

    public void Make()
    {
        lock (_writing)
        {
            PrivateDirectory.Ensure(Path.GetDirectoryName(_path)!);
            Write([.. Lines(), MasterKey.Make().Text]);
        }
    }

    public void Remove(string fingerprint)
    {
        lock (_writing) Write([.. Lines().Where(line => !MasterKey.TryParse(line, out var key, out _) || key!.Fingerprint != fingerprint)]);
    }

    private string[] Lines() => File.Exists(_path) ? [.. File.ReadAllLines(_path).Where(line => !string.IsNullOrWhiteSpace(line))] : [];

    /// <summary>Whole or not at all: a key that was in use must not be lost by a crash.</summary>
    private void Write(string[] lines)
    {
        var anew = _path + ".new";
        PrivateDirectory.WriteSecret(anew, string.Join('\n', lines));
        File.Move(anew, _path, overwrite: true);
    }

    private string Text()
    {
        try
        {
            return File.ReadAllText(_path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartFault(Setting, $"{_path} cannot be read; without it the stored credentials cannot be opened.", fault);
        }
    }

    private string Output()
    {
        var start = new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", _given.Text }, RedirectStandardOutput = true, RedirectStandardInput = true };
        using var process = Process.Start(start) ?? throw new StartFault(Setting, "cannot be run.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new StartFault(Setting, $"did not end within {Patience.TotalSeconds:0} seconds.");
        }

        return process.ExitCode == 0 ? output.GetAwaiter().GetResult() : throw new StartFault(Setting, $"ended with code {process.ExitCode}.");
    }
}
