using System.Diagnostics;
using System.Runtime.ExceptionServices;
using AiPortal.Tests.Fixtures;
using Npgsql;
using Xunit.Abstractions;

namespace AiPortal.Tests.Api;

/// <summary>
/// A02: statements, wildcards and broken encodings in credentials, filters, cursors and ids. The database says whether one of them reached
/// it as a statement. With AIPORTAL_LONG=1 fifty thousand of them, else a thousand.
/// </summary>
public sealed class InjectionTests(PortalHost host, ITestOutputHelper output) : IClassFixture<PortalHost>
{
    private static readonly int Count = Environment.GetEnvironmentVariable("AIPORTAL_LONG") == "1" ? 50_000 : 1_000;
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(10);

    private static readonly string[] Words =
    [
        "'", "''", "\"", ";", "--", "/*", "*/", "\\", "%", "_", "%%", "(", ")", "=", "||", " OR 1=1", " AND 1=0", " UNION SELECT null,null", "DROP TABLE api_keys", "; DELETE FROM ledger_entries", "pg_sleep(10)", "1/0",
        "$1", "$$", "$tag$", ":name", "@p0", "E'\\x00'", "\u0000", "\u00a0", "\ufeff", "\u2028", "\ud83d\ude00", "ʼ", "＇", "％", "`", "${jndi:ldap://x}", "{{7*7}}", "@(7*7)", "{0}", "../", "..%2f", "<script>", "0x27", "null", "NaN", "-1",
        "99999999999999999999", "1e400", "true", "2026-13-45", "00000000-0000-0000-0000-000000000000", "a", "gpt",
    ];

    private static readonly string[] Reads =
    [
        "/calls?model=", "/calls?provider=", "/calls?session_id=", "/calls?workflow_id=", "/calls?account_id=", "/calls?tag=a%3D", "/calls?status=", "/calls?key_id=", "/calls?from=", "/calls?cursor=", "/calls?limit=", "/calls/",
        "/cost/records?model=", "/cost/records?team_id=", "/cost/records?tag=", "/cost/records?request_id=", "/cost/records?cursor=", "/cost/records/", "/cost/records/export?format=csv&model=", "/cost/quotas?cursor=", "/cost/quotas/",
        "/cost/models?search=", "/cost/models/", "/keys?search=", "/keys?cursor=", "/keys/", "/providers?search=", "/providers?kind=", "/providers?cursor=", "/routes?search=", "/routes?cursor=", "/teams?search=", "/teams/", "/audit?action=",
        "/audit?cursor=", "/bills?cursor=", "/bills/", "/alerts?cursor=", "/organizations/", "/keys?sort=", "/keys?order_by=", "/cost/records?sort=", "/cost/dashboard?from=", "/cost/dashboard?group_by=",
    ];

    [Fact]
    public async Task Strings_FullOfStatements_AreDataEverywhere()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("AIPORTAL_SEED"), out var given) ? given : Random.Shared.Next();
        await host.Admin.PostApiAsync("/keys", new { name = "%_'\"" });
        using var anonymous = host.Anonymous();
        var (sql, faults, slowest, next) = (new List<string>(), new List<string>(), TimeSpan.Zero, -1);
        // 42601 a syntax error, 42703 a column that is not there, 22012 a division by zero: something was read as a statement.
        void Look(object? sender, FirstChanceExceptionEventArgs thrown)
        {
            if (thrown.Exception is not PostgresException { SqlState: "42601" or "42703" or "22012" } fault) return;
            lock (sql) sql.Add($"{fault.SqlState} {fault.MessageText}");
        }

        AppDomain.CurrentDomain.FirstChanceException += Look;
        try
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(async worker =>
            {
                while (Interlocked.Increment(ref next) is var number && number < Count)
                {
                    var random = new Random(HashCode.Combine(seed, number));
                    var text = string.Concat(random.GetItems(Words, random.Next(1, 6)));
                    var began = Stopwatch.GetTimestamp();
                    var (what, status) = number % 8 == 0 ? await CredentialAsync(anonymous, random, text) : await ReadAsync(random, text);
                    var took = Stopwatch.GetElapsedTime(began);
                    lock (faults)
                    {
                        if (status >= 500) faults.Add($"{status} for {what}");
                        if (took > slowest) slowest = took;
                    }
                }
            }));
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= Look;
        }

        Assert.True(faults.Count == 0, $"seed {seed}: {string.Join('\n', faults.Take(10))}");
        Assert.True(sql.Count == 0, $"seed {seed}: {string.Join('\n', sql.Take(10))}");
        Assert.True(slowest < Slow, $"seed {seed}: one took {slowest}");
        Assert.Single((await host.Admin.GetApiAsync("/keys?search=" + Uri.EscapeDataString("%_'\""))).Data);
        var line = $"Seed {seed}: {Count} strings, 0 read as statements, 0 answers of 500 and above, the slowest took {slowest.TotalMilliseconds:0} ms";
        output.WriteLine(line);
        Console.WriteLine($"{nameof(InjectionTests)}: {line}");
    }

    private async Task<(string What, int Status)> ReadAsync(Random random, string text)
    {
        var path = "/api/v1" + Reads[random.Next(Reads.Length)] + Uri.EscapeDataString(text);
        using var answer = await host.Admin.GetAsync(path);
        return (path, (int)answer.StatusCode);
    }

    private static async Task<(string What, int Status)> CredentialAsync(HttpClient anonymous, Random random, string text)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, random.Next(2) == 0 ? "/v1/models" : "/api/v1/me");
        var place = random.Next(3) switch { 0 => "x-api-key", 1 => "x-goog-api-key", _ => "Authorization" };
        var value = new string([.. text.Where(letter => letter is >= ' ' and <= '~')]);
        request.Headers.TryAddWithoutValidation(place, place == "Authorization" ? "Bearer " + value : value);
        using var answer = await anonymous.SendAsync(request);
        var status = (int)answer.StatusCode;
        return ($"{place}: {value}", status == 200 ? 599 : status);
    }
}
