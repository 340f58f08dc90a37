using System.Net;
using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace AiPortal.Tests.Access.Circuits;

/// <summary>Whatever changes what a person may reaches his open circuits within 5 s, with the database's messages and without them.</summary>
public sealed class OpenCircuitsTests(PortalHost host, ITestOutputHelper output) : IClassFixture<PortalHost>
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(5);
    private static int _people;

    [Fact]
    public async Task EveryChangeOfRights_IsToldToTheCircuitsOfThatPersonAlone_WithMessagesAndWithout()
    {
        await TellAsync(messages: true);
        await MutilateAsync();
        await TellAsync(messages: false);
    }

    private async Task TellAsync(bool messages)
    {
        var heard = 0;
        using var open = host.Services.GetRequiredService<LiveSignals>().Subscribe(SessionRights.Topic, () => Interlocked.Increment(ref heard));
        var bystander = await PersonAsync("bystander");
        var worst = TimeSpan.Zero;
        foreach (var (name, change) in Changes())
        {
            var person = await PersonAsync(name.Replace(' ', '-'));
            await change.Prepare(person);
            var told = await WatchAsync(person.Session);
            var elsewhere = await WatchAsync(bystander.Session);
            Volatile.Write(ref heard, 0);
            await change.Do(person);
            var took = await Eventually.HoldsAsync(() => Task.FromResult(told.Count > 0), Promised, () => $"{name}: nothing was told");
            if (took > worst) worst = took;
            Assert.True(told.HasEnded == change.Ends, $"{name}: ended {told.HasEnded}");
            if (messages) await Eventually.HoldsAsync(() => Task.FromResult(Volatile.Read(ref heard) > 0), Promised, () => $"{name}: was not signalled");
            Assert.True(messages || Volatile.Read(ref heard) == 0, $"{name}: was signalled");
            Assert.Equal(0, elsewhere.Count);
            told.Dispose();
            elsewhere.Dispose();
        }

        output.WriteLine($"messages {messages}: the slowest took {worst.TotalMilliseconds:F0} ms");
        if (messages) Assert.True(worst < TimeSpan.FromSeconds(2), $"{worst} with messages");
    }

    [Fact]
    public async Task ThousandCircuits_AreOneQueryALook_AndAStormOfChangesIsFewLooks()
    {
        const int Circuits = 1000;
        await host.Database.ExecuteAsync("""
            INSERT INTO users (id, email, name, email_confirmed, phone_number_confirmed, lockout_enabled, must_change_password, two_factor_enabled, access_failed_count, is_bootstrap, created_at)
            SELECT gen_random_uuid(), 'crowd' || i || '@example.com', 'Crowd ' || i, true, false, false, false, false, 0, false, now() FROM generate_series(1, $1) i
            """, Circuits);
        await host.Database.ExecuteAsync("""
            INSERT INTO memberships (id, organization_id, user_id, email, name, role, created_at, updated_at)
            SELECT gen_random_uuid(), $1, u.id, u.email, u.name, 'member', now(), now() FROM users u WHERE u.email LIKE 'crowd%'
            """, host.OrganizationId);
        var ids = await host.Database.ScalarAsync<Guid[]>("SELECT array_agg(id) FROM users WHERE email LIKE 'crowd%'");
        // Signals of its own, which the database does not reach.
        var signals = new LiveSignals();
        using var circuits = new OpenCircuits(host.Services.GetRequiredService<SessionRights>(), signals, TimeProvider.System, NullLogger<OpenCircuits>.Instance);
        var watched = new List<Told>();
        foreach (var id in ids) watched.Add(await WatchAsync(await host.Services.GetRequiredService<Sessions>().BeginBrowserAsync(id, null, null), circuits));
        var began = TimeProvider.System.GetTimestamp();
        await circuits.StartAsync(CancellationToken.None);

        await host.Database.ExecuteAsync("UPDATE memberships SET role = 'auditor' WHERE email LIKE 'crowd%7@example.com'");
        var took = await Eventually.HoldsAsync(() => Task.FromResult(watched.Count(told => told.Count > 0) == Circuits / 10), Promised, () => $"{watched.Count(told => told.Count > 0)} were told");
        await Eventually.HoldsAsync(() => Task.FromResult(circuits.Looks > 2), Promised * 2, () => "no third look");
        var most = 2 + (TimeProvider.System.GetElapsedTime(began) / OpenCircuits.Tick);
        Assert.True(circuits.Looks <= most, $"{circuits.Looks} looks, at most {most} for the ticks");
        Assert.All(watched, told => Assert.InRange(told.Count, 0, 1));

        var (before, storm) = (circuits.Looks, TimeProvider.System.GetTimestamp());
        await Eventually.HoldsAsync(() => Task.FromResult(Storm()), Promised * 6, () => $"{circuits.Looks - before} looks");
        var seconds = TimeProvider.System.GetElapsedTime(storm).TotalSeconds;
        Assert.True(circuits.Looks - before <= 2 + (seconds * 5), $"{circuits.Looks - before} looks in {seconds:F1} s of storm");
        var query = TimeProvider.System.GetTimestamp();
        await host.Services.GetRequiredService<SessionRights>().ReadAsync(await host.Database.ScalarAsync<Guid[]>("SELECT array_agg(id) FROM sessions WHERE user_id = ANY ($1)", ids));
        output.WriteLine($"100 of {Circuits} were told after {took.TotalMilliseconds:F0} ms by a tick; a look takes {TimeProvider.System.GetElapsedTime(query).TotalMilliseconds:F0} ms");
        await circuits.StopAsync(CancellationToken.None);

        bool Storm()
        {
            for (var i = 0; i < 500; i++) signals.Raise(SessionRights.Topic);
            return circuits.Looks >= before + 5;
        }
    }

    private sealed record Change(Func<Person, Task> Prepare, Func<Person, Task> Do, bool Ends = false);

    private sealed record Person(Guid User, Guid Member, Guid Session)
    {
        public Guid Made { get; set; }
    }

    /// <summary>Each by the way people do it; what happens by time or by the portal itself by its row.</summary>
    private IEnumerable<(string Name, Change Change)> Changes()
    {
        yield return ("another role", new(Nothing, person => PatchAsync($"/members/{person.Member}", new { role = "finance" })));
        yield return ("a role lent", new(Nothing, LendAsync));
        yield return ("a role taken back", new(LendAsync, async person => Assert.Equal(HttpStatusCode.NoContent, (await host.Admin.DeleteApiAsync($"/grants/{person.Made}")).Status)));
        yield return ("a lent role that lapses", new(LendAsync, person => host.Database.ExecuteAsync("UPDATE access_grants SET ends_at = now() - interval '1 second' WHERE id = $1", person.Made)));
        yield return ("a part given", new(Nothing, async person => await PlaceAsync(person, await CreateAsync("/teams", new { name = "Given " + Suffix() }))));
        yield return ("a part taken away", new(async person => await PlaceAsync(person, await CreateAsync("/teams", new { name = "Taken " + Suffix() })),
            person => PatchAsync($"/members/{person.Member}", new { role = "member", scope_type = (string?)null, scope_id = (string?)null })));
        yield return ("a team moved out of his department", new(DepartmentAsync, person => PatchAsync($"/teams/{person.Made}", new { department_id = (string?)null })));
        yield return ("a member removed", new(Nothing, async person => Assert.Equal(HttpStatusCode.NoContent, (await host.Admin.DeleteApiAsync($"/members/{person.Member}")).Status)));
        yield return ("a session ended", new(Nothing, person => host.Services.GetRequiredService<Sessions>().EndAsync(person.Session), Ends: true));
        yield return ("a session that lapses", new(Nothing, person => host.Database.ExecuteAsync("UPDATE sessions SET expires_at = now() - interval '1 second' WHERE id = $1", person.Session), Ends: true));
        yield return ("a password to be changed", new(Nothing, person => host.Database.ExecuteAsync("UPDATE users SET must_change_password = true WHERE id = $1", person.User)));
        yield return ("two-factor demanded", new(person => PatchAsync($"/members/{person.Member}", new { role = "auditor" }), _ => PatchAsync($"/organizations/{host.OrganizationId}", new { two_factor_roles = new[] { "auditor" } })));
        yield return ("two-factor demanded no more", new(person => PatchAsync($"/members/{person.Member}", new { role = "auditor" }), _ => PatchAsync($"/organizations/{host.OrganizationId}", new { two_factor_roles = Array.Empty<string>() })));
    }

    private static Task Nothing(Person person) => Task.CompletedTask;

    private static string Suffix() => $"{Interlocked.Increment(ref _people)}";

    private async Task LendAsync(Person person) =>
        person.Made = await CreateAsync("/grants", new { user_id = person.User, role = "auditor", ends_at = TimeProvider.System.GetUtcNow().AddHours(1), reason = "A look" });

    private Task PlaceAsync(Person person, Guid team) => PatchAsync($"/members/{person.Member}", new { role = "manager", scope_type = "team", scope_id = team });

    private async Task DepartmentAsync(Person person)
    {
        var department = await CreateAsync("/departments", new { name = "Department " + Suffix() });
        person.Made = await CreateAsync("/teams", new { name = "Below " + Suffix(), department_id = department });
        await PatchAsync($"/members/{person.Member}", new { role = "manager", scope_type = "department", scope_id = department });
    }

    private async Task<Guid> CreateAsync(string path, object body)
    {
        var made = await host.Admin.PostApiAsync(path, body);
        Assert.True(made.Status == HttpStatusCode.Created, $"{path}: {made.Json}");
        return made.Id;
    }

    private async Task PatchAsync(string path, object body)
    {
        var changed = await host.Admin.PatchApiAsync(path, body);
        Assert.True(changed.Status == HttpStatusCode.OK, $"{path}: {changed.Json}");
    }

    private async Task<Person> PersonAsync(string name)
    {
        var added = await host.Admin.PostApiAsync("/members", new { email = $"{name}-{Suffix()}@example.com", name, password = "a-long-enough-secret" });
        Assert.True(added.Status == HttpStatusCode.Created, added.Json.ToString());
        var user = added.Json.GetProperty("user_id").GetGuid();
        return new Person(user, added.Id, await host.Services.GetRequiredService<Sessions>().BeginBrowserAsync(user, null, null));
    }

    private async Task<Told> WatchAsync(Guid session, OpenCircuits? circuits = null)
    {
        var told = new Told();
        told.Watch = await (circuits ?? host.Services.GetRequiredService<OpenCircuits>()).WatchAsync(session, told.Tell, CancellationToken.None);
        return told;
    }

    /// <summary>The messages are lost: nothing is said when something changes.</summary>
    private async Task MutilateAsync()
    {
        await using var connection = new Npgsql.NpgsqlConnection(host.Database.Superuser);
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand("DROP FUNCTION signal_access() CASCADE", connection);
        await command.ExecuteNonQueryAsync();
    }

    private sealed class Told : IDisposable
    {
        private int _count;

        public IDisposable? Watch { get; set; }

        public int Count => Volatile.Read(ref _count);

        public bool HasEnded { get; private set; }

        public void Tell(bool hasEnded)
        {
            HasEnded = hasEnded;
            Interlocked.Increment(ref _count);
        }

        public void Dispose() => Watch?.Dispose();
    }
}
