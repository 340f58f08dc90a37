using System.Diagnostics;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger.Durability;

namespace AiPortal.Tests.Backups;

/// <summary>The two verbs as an operator runs them, beside a portal that serves calls.</summary>
public sealed class BackupVerbTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("aiportal-backup-").FullName;
    private readonly TestDatabase _target = new();
    private DurabilityRig _rig = null!;

    private string Target => Path.Combine(_directory, "portal.backup");

    public async Task InitializeAsync()
    {
        await _target.InitializeAsync();
        _rig = await DurabilityRig.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _rig.DisposeAsync();
        await _target.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task BackupUnderLoad_Restored_AddsUpAndServes()
    {
        (int Code, string Output) made, restored, again, cut;
        await using (var portal = _rig.Portal())
        {
            Assert.True(await portal.ReadyAsync(), portal.Output);
            await using var load = CallLoad.Begin(_rig.Address, _rig.Secret, 50);
            await load.ServedAsync(100, () => portal.HasExited);
            made = await PortalChild.RunAsync(["backup", Target, .. _rig.Arguments()]);
            await load.EndAsync();
            await portal.StopAsync();
        }

        restored = await PortalChild.RunAsync(["restore", Target, .. _rig.Arguments(_target.Superuser)]);
        again = await PortalChild.RunAsync(["restore", Target, .. _rig.Arguments(_target.Superuser)]);
        await File.WriteAllBytesAsync(Target + ".cut", (await File.ReadAllBytesAsync(Target))[..^100]);
        cut = await PortalChild.RunAsync(["restore", Target + ".cut", "--force", .. _rig.Arguments(_target.Superuser)]);
        await using var anew = PortalChild.Start(_rig.Address, _rig.Arguments(_target.Superuser));
        Assert.True(await anew.ReadyAsync(), anew.Output);
        await using var calls = CallLoad.Begin(_rig.Address, _rig.Secret, 20);
        await calls.ServedAsync(20, () => anew.HasExited);
        await calls.EndAsync();

        Assert.True(made.Code == 0, made.Output);
        Assert.True(restored.Code == 0, restored.Output);
        Assert.Contains("Everything adds up.", restored.Output, StringComparison.Ordinal);
        Assert.InRange(await _target.ScalarAsync<long>("SELECT count(*) FROM ledger_entries"), 50, long.MaxValue);
        Assert.Equal(1, again.Code);
        Assert.Contains("is not empty", again.Output, StringComparison.Ordinal);
        Assert.Equal(1, cut.Code);
        Assert.Contains("cut off", cut.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(".part", string.Join(' ', Directory.GetFiles(_directory)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_NoRoom_EndsWithASentenceAndLeavesNothing()
    {
        await FillAsync();
        // A limit of a megabyte that writing runs into, as it runs into a full disk.
        var (code, output) = await ShellAsync("trap '' XFSZ; export DOTNET_EnableWriteXorExecute=0; ulimit -f 2048; exec \"$@\"", ["backup", Target, .. _rig.Arguments()]);

        Assert.True(code == 1, output);
        Assert.Contains("cannot be written", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_directory));
    }

    [Fact]
    public async Task Backup_KilledWhileItWrites_LeavesNoFileOfItsName()
    {
        await FillAsync();
        await using var child = PortalChild.Start(_rig.Address, ["backup", Target, .. _rig.Arguments()]);
        await Eventually.HoldsAsync(() => Task.FromResult(child.HasExited || File.Exists(Target + ".part")), TimeSpan.FromSeconds(60), () => child.Output);
        child.Kill();
        await child.EndedAsync(TimeSpan.FromSeconds(10));
        Assert.False(File.Exists(Target), child.Output);
        var half = await PortalChild.RunAsync(["restore", Target + ".part", .. _rig.Arguments(_target.Superuser)]);
        var after = await PortalChild.RunAsync(["backup", Target, .. _rig.Arguments()]);

        Assert.Equal(1, half.Code);
        Assert.Equal(0L, await _target.ScalarAsync<long>("SELECT count(*) FROM organizations"));
        Assert.True(after.Code == 0, after.Output);
        Assert.Equal([Target], Directory.GetFiles(_directory));
    }

    /// <summary>Some megabytes that do not pack.</summary>
    private Task FillAsync() =>
        _rig.Database.ExecuteAsync("INSERT INTO call_log (id, started_at, organization_id, status, http_status, request_type) SELECT gen_random_uuid(), now(), gen_random_uuid(), 'ok', 200, 'chat' FROM generate_series(1, 100000)");

    private static async Task<(int Code, string Output)> ShellAsync(string script, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-c", script, "sh", Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", Path.Combine(AppContext.BaseDirectory, "AiPortal.dll"), .. arguments])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
