using System.Diagnostics;
using System.Runtime.Versioning;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Embedded;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace AiPortal.Tests.Data;

[SupportedOSPlatform("linux")]
public sealed class EmbeddedPostgresTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _root = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "aiportal-test-" + Path.GetRandomFileName())).FullName;

    private string DataDirectory => Path.Combine(_root, "data");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Start_NewDirectory_AnswersQueriesAndStopLeavesNoProcess()
    {
        var postgres = await StartAsync();
        var encoding = await ScalarAsync(postgres, "SHOW server_encoding");
        var checksums = await ScalarAsync(postgres, "SHOW data_checksums");
        var addresses = await ScalarAsync(postgres, "SHOW listen_addresses");
        await postgres.StopAsync();

        Assert.Equal(("UTF8", "on", ""), (encoding, checksums, addresses));
        Assert.Empty(ProcessesIn(DataDirectory));
    }

    [Fact]
    public async Task Start_NewDirectory_ClosesItToOthers()
    {
        await using var postgres = await StartAsync();

        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var crossing = Environment.IsPrivilegedProcess ? UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : UnixFileMode.None;
        Assert.Equal(ownerOnly | crossing, File.GetUnixFileMode(DataDirectory));
        Assert.Equal(ownerOnly, File.GetUnixFileMode(Path.Combine(DataDirectory, "pg")));
        Assert.Equal(ownerOnly, File.GetUnixFileMode(SocketOf(postgres)));
    }

    [Fact]
    public async Task ConnectionString_LoginRole_ConnectsAsThatRole()
    {
        await using var postgres = await StartAsync();
        await ScalarAsync(postgres, "CREATE ROLE portal_app LOGIN");
        await ScalarAsync(postgres, "CREATE DATABASE portal");

        await using var connection = new NpgsqlConnection(postgres.ConnectionStringFor("portal_app"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT current_user || '@' || current_database()", connection);
        Assert.Equal("portal_app@portal", await command.ExecuteScalarAsync());
        await connection.CloseAsync();
        NpgsqlConnection.ClearPool(connection);
    }

    [Fact]
    public async Task Start_SecondTime_KeepsWhatWasWritten()
    {
        await using (var first = await StartAsync())
            await ScalarAsync(first, "CREATE TABLE kept AS SELECT 42 AS answer");

        await using var second = await StartAsync();
        Assert.Equal(42, await ScalarAsync(second, "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task Start_WhileAnotherHostHoldsTheDirectory_EndsNamingTheKey()
    {
        await using var first = await StartAsync();

        var fault = await Assert.ThrowsAsync<StartFault>(StartAsync);
        Assert.Equal("Portal:DataDirectory", fault.Key);
        Assert.Contains("in use by another portal", fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, await ScalarAsync(first, "SELECT 1"));
    }

    [Fact]
    public async Task Start_JoinRunning_UsesTheServerAndLeavesItRunning()
    {
        await using var first = await StartAsync();
        var options = new EmbeddedPostgresOptions { DataDirectory = DataDirectory, JoinRunning = true };
        await using (var joined = await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, CancellationToken.None))
            await ScalarAsync(joined, "CREATE TABLE kept AS SELECT 42 AS answer");

        Assert.Equal(42, await ScalarAsync(first, "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task Server_KilledWhileThePortalLives_IsStartedAgain()
    {
        await using var postgres = await StartAsync();
        await ScalarAsync(postgres, "CREATE TABLE kept AS SELECT 42 AS answer");
        var killed = postgres.ProcessId;
        Kill(killed);

        await EventuallyAsync(() => Task.FromResult(postgres.ProcessId == killed ? throw new TimeoutException() : true));
        Assert.Equal(42, await ScalarAsync(postgres, "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task Start_AfterServerWasKilled_RecoversWhatWasCommitted()
    {
        var orphan = await StartOrphanAsync("CREATE TABLE kept AS SELECT 42 AS answer");
        Kill(orphan);

        await using var postgres = await StartAsync();
        Assert.Equal(42, await ScalarAsync(postgres, "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task Start_ServerOfAKilledPortalStillRuns_StopsItFirst()
    {
        var orphan = await StartOrphanAsync("CREATE TABLE kept AS SELECT 42 AS answer");

        await using var postgres = await StartAsync();
        Assert.Equal(42, await ScalarAsync(postgres, "SELECT answer FROM kept"));
        Assert.NotEqual(orphan, postgres.ProcessId);
        Assert.DoesNotContain($"/proc/{orphan}", ProcessesIn(DataDirectory));
    }

    [Fact]
    public async Task Start_StaleFileNamesALivingStranger_StartsAndSparesTheStranger()
    {
        await using (await StartAsync())
        {
        }
        using var stranger = Process.Start(ServiceUser.ForChildren().Command("sleep", ["600"]))!;
        await File.WriteAllTextAsync(Path.Combine(DataDirectory, "pg", "data", "postmaster.pid"), $"{stranger.Id}\n{DataDirectory}/pg/data\n");

        await using var postgres = await StartAsync();
        Assert.Equal(1, await ScalarAsync(postgres, "SELECT 1"));
        Assert.False(stranger.HasExited);
        stranger.Kill();
        await stranger.WaitForExitAsync();
    }

    [Fact]
    public async Task Guard_PortalIsGone_StopsTheServer()
    {
        using var cluster = await ClusterWithDataAsync();
        var binaries = await PostgresBinaries.FindAsync(null, cluster.Major, cluster.User, CancellationToken.None);
        var socket = await SocketDirectory.MakeAsync(cluster, CancellationToken.None);
        var server = await PostgresServer.StartAsync(
            cluster, binaries, [$"unix_socket_directories={socket}", "listen_addresses="], NullLogger.Instance, CancellationToken.None);

        // Only the guard's input is closed here, as the kernel does when the portal is killed.
        await server.DisposeAsync();

        Assert.True(await EventuallyAsync(() => Task.FromResult(ProcessesIn(DataDirectory).Count == 0 ? true : throw new TimeoutException())));
    }

    [Fact]
    public async Task Start_ParentClosedToTheClusterAccount_EndsNamingIt()
    {
        if (!Environment.IsPrivilegedProcess)
            return;
        var closed = Directory.CreateDirectory(Path.Combine(_root, "closed"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var fault = await Assert.ThrowsAsync<StartFault>(() => StartAsync(Path.Combine(closed.FullName, "data")));
        Assert.Equal("Portal:DataDirectory", fault.Key);
        Assert.Contains($"{closed.FullName} cannot be crossed by", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
        Assert.Empty(closed.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task Start_PathIsAFile_EndsNamingTheKey()
    {
        await File.WriteAllTextAsync(DataDirectory, "not a directory");

        Assert.Equal("Portal:DataDirectory", (await Assert.ThrowsAsync<StartFault>(StartAsync)).Key);
    }

    [Theory]
    [InlineData("a-very-long-name-as-deep-trees-of-continuous-integration-have-them/and-one-more-that-is-quite-long/data")]
    [InlineData("it's, \"odd\" = ünï $HOME;ö")]
    public async Task Start_PathThatNoSocketCanHave_UsesAShortOneAndTakesItAway(string name)
    {
        var postgres = await StartAsync(Path.Combine(_root, name));
        var socket = SocketOf(postgres);
        Assert.Equal(1, await ScalarAsync(postgres, "SELECT 1"));
        Assert.True(socket.Length < 80, socket);

        await postgres.StopAsync();
        Assert.False(Directory.Exists(socket));
    }

    [Fact]
    public async Task Start_FolderWithoutPrograms_EndsNamingTheKey()
    {
        var fault = await Assert.ThrowsAsync<StartFault>(() => EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions { DataDirectory = DataDirectory, PostgresBin = _root }, NullLogger.Instance, CancellationToken.None));
        Assert.Equal("Portal:PostgresBin", fault.Key);
    }

    [Fact]
    public async Task Start_SettingPostgresRefuses_EndsWithItsReasonAndNoProcess()
    {
        var options = new EmbeddedPostgresOptions
        {
            DataDirectory = DataDirectory,
            Durable = false,
            Settings = new Dictionary<string, string> { ["shared_buffers"] = "many" },
        };
        var fault = await Assert.ThrowsAsync<StartFault>(() => EmbeddedPostgres.StartAsync(options, NullLogger.Instance, CancellationToken.None));
        Assert.Contains("shared_buffers", fault.Message, StringComparison.Ordinal);
        Assert.Empty(ProcessesIn(DataDirectory));
    }

    private Task<EmbeddedPostgres> StartAsync() => StartAsync(DataDirectory);

    private static Task<EmbeddedPostgres> StartAsync(string directory) => EmbeddedPostgres.StartAsync(
        new EmbeddedPostgresOptions { DataDirectory = directory, Durable = false }, NullLogger.Instance, CancellationToken.None);

    private async Task<ClusterDirectory> ClusterWithDataAsync()
    {
        await using (await StartAsync())
        {
        }
        return await ClusterDirectory.OpenAsync(DataDirectory, CancellationToken.None);
    }

    // A server whose portal was killed: running, with nobody who holds the directory's lock.
    private async Task<int> StartOrphanAsync(string statement)
    {
        await using (var postgres = await StartAsync())
            await ScalarAsync(postgres, statement);
        var data = Path.Combine(DataDirectory, "pg", "data");
        var user = ServiceUser.ForChildren();
        var binaries = await PostgresBinaries.FindAsync(null, null, user, CancellationToken.None);
        var started = await user.RunAsync(binaries.PgCtl,
            ["start", "-w", "-D", data, "-l", Path.Combine(DataDirectory, "pg", "log", "orphan.log"),
                "-o", $"-c listen_addresses= -c unix_socket_directories={DataDirectory}/pg/run"],
            CancellationToken.None);
        Assert.True(started.Succeeded, started.LastLine);
        return PostmasterFile.Read(data)!.ProcessId;
    }

    private static async Task<object?> ScalarAsync(EmbeddedPostgres postgres, string statement)
    {
        await using var source = NpgsqlDataSource.Create(postgres.SuperuserConnectionString());
        await using var command = source.CreateCommand(statement);
        return await command.ExecuteScalarAsync();
    }

    private static string SocketOf(EmbeddedPostgres postgres) => new NpgsqlConnectionStringBuilder(postgres.SuperuserConnectionString()).Host!;

    private static void Kill(int processId)
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
    }

    private static List<string> ProcessesIn(string directory) =>
        [.. Directory.EnumerateDirectories("/proc")
            .Where(entry => char.IsAsciiDigit(Path.GetFileName(entry)[0]))
            .Where(entry => new FileInfo(Path.Combine(entry, "cwd")).LinkTarget?.StartsWith(directory, StringComparison.Ordinal) == true)];

    private static async Task<T> EventuallyAsync<T>(Func<Task<T>> attempt)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await attempt();
            }
            catch (Exception failure) when (failure is NpgsqlException or InvalidOperationException or TimeoutException && Stopwatch.GetElapsedTime(began) < Patience)
            {
                await Task.Yield();
            }
        }
    }
}
