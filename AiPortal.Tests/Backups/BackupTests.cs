using AiPortal.Core.Backups;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Ledger;
using AiPortal.Core.Vault;
using AiPortal.Tests.Fixtures;
using Npgsql;

namespace AiPortal.Tests.Backups;

public sealed class BackupTests(BackupSource source) : IClassFixture<BackupSource>, IAsyncLifetime
{
    private readonly TestDatabase _target = new();

    public Task InitializeAsync() => _target.InitializeAsync();

    public Task DisposeAsync() => _target.DisposeAsync();

    [Fact]
    public async Task Restore_IntoAnEmptyDatabase_GivesTheSameTablesSequencesWallsAndSecrets()
    {
        var report = await RestoreAsync(source.File);
        var (before, after) = (await BackupSource.ContentAsync(source.Database), await BackupSource.ContentAsync(_target));
        var opened = await new MasterKeyBook(_target.Portal, [], TimeProvider.System).OpenAsync("Portal:MasterKey", source.Keys, default);

        Assert.Equal(before, after);
        Assert.Equal((source.Report.Rows, source.Report.Tables, before.Count), (report.Rows, report.Tables, report.Tables));
        Assert.InRange(report.Rows, 15_000, long.MaxValue);
        Assert.Empty(await LedgerVerify.RunAsync(_target.Portal, default));
        Assert.Equal(source.Vault.Held.DataKeys[HeldKeys.Texts], opened.DataKeys[HeldKeys.Texts]);
        const string Next = "SELECT nextval('ledger_position_seq')";
        Assert.True(await _target.ScalarAsync<long>(Next) > await _target.ScalarAsync<long>("SELECT max(position) FROM ledger_entries"));
        Assert.Equal(await WallsAsync(source.Database), await WallsAsync(_target));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => SuperuserAsync("UPDATE ledger_entries SET total_cost = 0"));
        Assert.Contains("append-only", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>A table that the role of backups cannot read, or a sequence it cannot see, would be lost with the first disk.</summary>
    [Fact]
    public async Task Backup_HoldsEveryTableAndSequence()
    {
        await using var connection = await source.Database.Portal.System.OpenConnectionAsync();
        var sequences = await BackupShape.SequencesAsync(connection, default);

        Assert.Equal(await source.Database.ScalarAsync<long>("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'"), sequences.Count);
        Assert.NotNull(sequences["ledger_position_seq"]);
        Assert.Equal(0L, await source.Database.ScalarAsync<long>("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('m', 'f')"));
    }

    [Fact]
    public async Task Restore_IntoOneThatHoldsSomething_IsRefusedUnlessForced()
    {
        await RestoreAsync(source.File);
        var refused = await Assert.ThrowsAsync<BackupFault>(() => RestoreAsync(source.File));
        await _target.ExecuteAsync("DELETE FROM alerts");
        await RestoreAsync(source.File, force: true);

        Assert.Contains("is not empty", refused.Message, StringComparison.Ordinal);
        Assert.Equal(await BackupSource.ContentAsync(source.Database), await BackupSource.ContentAsync(_target));
    }

    [Fact]
    public async Task Restore_WhileAPortalRuns_IsRefusedAndNamesIt()
    {
        await _target.ExecuteAsync("INSERT INTO master_key_holders (node, versions, active, seen_at) VALUES ('the-other', '{1}', 1, clock_timestamp())");
        var refused = await Assert.ThrowsAsync<BackupFault>(() => RestoreAsync(source.File, force: true));

        Assert.Contains("the-other", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_OtherKeyOrShape_IsRefused()
    {
        var other = await Assert.ThrowsAsync<BackupFault>(() => RestoreBackup.CheckAsync(source.File, [MasterKey.Make().Key]));
        await SuperuserAsync("INSERT INTO schema_migrations VALUES ('99990101000000_Later', '10')");
        var shape = await Assert.ThrowsAsync<BackupFault>(() => RestoreAsync(source.File));

        Assert.Contains($"fingerprint {source.Keys[0].Fingerprint}", other.Message, StringComparison.Ordinal);
        Assert.Contains("99990101000000_Later", shape.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await _target.ScalarAsync<long>("SELECT count(*) FROM organizations"));
    }

    /// <summary>Nothing of a file can be taken away, exchanged, added or changed without its being refused.</summary>
    [Fact]
    public async Task Check_AlteredFiles_AreAllRefused()
    {
        var whole = await File.ReadAllBytesAsync(source.File);
        var random = new Random(20261122);
        var head = whole.AsSpan().IndexOf("}"u8) + 1;
        var chunk = 4 + SealedChunks.Size + SealedChunks.TagSize;
        var last = head + ((whole.Length - head - 1) / chunk * chunk);
        var altered = new List<(string What, byte[] Bytes)>
        {
            ("empty", []), ("no head", whole[..10]), ("half a head", whole[..(head / 2)]), ("head alone", whole[..head]), ("last chunk gone", whole[..last]), ("a byte short", whole[..^1]),
            ("a byte more", [.. whole, 0]), ("the end twice", [.. whole, .. whole[last..]]),
            ("first two exchanged", [.. whole[..head], .. whole[(head + chunk)..(head + (2 * chunk))], .. whole[head..(head + chunk)], .. whole[(head + (2 * chunk))..]]),
            ("the first left out", [.. whole[..head], .. whole[(head + chunk)..]]), ("the first twice", [.. whole[..(head + chunk)], .. whole[head..]]),
        };
        for (var i = 0; i < 40; i++) altered.Add(($"cut at random {i}", whole[..random.Next(whole.Length)]));
        for (var i = 0; i < 150; i++)
        {
            var bytes = whole.ToArray();
            var at = i < 75 ? random.Next(head) : random.Next(whole.Length);
            bytes[at] ^= (byte)(1 << random.Next(8));
            altered.Add(($"bit at {at} of {whole.Length}", bytes));
        }

        foreach (var (what, bytes) in altered)
        {
            var path = source.NewPath();
            await File.WriteAllBytesAsync(path, bytes);
            var fault = await Record.ExceptionAsync(() => RestoreBackup.CheckAsync(path, source.Keys));
            Assert.True(fault is BackupFault, $"{what}: {fault?.GetType().Name ?? "taken as whole"}");
            File.Delete(path);
        }

        Assert.True(whole.Length > head + (3 * chunk));
        await RestoreBackup.CheckAsync(source.File, source.Keys);
    }

    [Fact]
    public async Task Backup_OverAFile_IsRefusedAndTheFileStays()
    {
        var path = source.NewPath();
        await File.WriteAllTextAsync(path, "mine");
        var refused = await Assert.ThrowsAsync<BackupFault>(() => source.Writer().RunAsync(path));
        var nowhere = await Assert.ThrowsAsync<BackupFault>(() => source.Writer().RunAsync(Path.Combine(path, "beneath")));

        Assert.Contains("never overwrites", refused.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be written", nowhere.Message, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(source.File));
    }

    private Task<BackupReport> RestoreAsync(string file, bool force = false) =>
        new RestoreBackup(_target.Portal, new MasterKeyHolders(_target.Portal), Path.GetTempPath()).RunAsync(file, source.Keys, force);

    private async Task SuperuserAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_target.Superuser);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Forced row-level security and triggers that are on, by table.</summary>
    private static Task<string> WallsAsync(TestDatabase database) => database.ScalarAsync<string>("""
        SELECT string_agg(c.relname || c.relrowsecurity || c.relforcerowsecurity || (SELECT coalesce(string_agg(t.tgname || t.tgenabled::text, ',' ORDER BY t.tgname), '') FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal), ' ' ORDER BY c.relname)
        FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        """);
}
