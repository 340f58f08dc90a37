using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Keys;
using AiPortal.Shell.Navigation;
using AiPortal.Tests.Api;
using AiPortal.Tests.Browser;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Ledger.Durability;
using Microsoft.Playwright;
using Npgsql;
using Xunit.Abstractions;

namespace AiPortal.Tests.Vault.Canary;

/// <summary>
/// S01: twenty secrets go through every way that calls and changes take, the failing ones too, in a portal that logs all it can. None of
/// them is found again: not on its console, in its files, the database, the trail, traces, metrics, pages, circuits or exports. With
/// AIPORTAL_LONG=1 it is 10,000 calls.
/// </summary>
public sealed class CanaryTests(ChromiumBrowser browser, ITestOutputHelper output) : IClassFixture<ChromiumBrowser>, IAsyncLifetime
{
    private static readonly int Calls = Environment.GetEnvironmentVariable("AIPORTAL_LONG") == "1" ? 10_000 : 400;
    private static readonly string[] LogAll = ["Default", "Microsoft", "Microsoft.AspNetCore", "System", "System.Net.Http.HttpClient", "Npgsql", "AiPortal"];
    private static readonly int[] Faults = [400, 401, 402, 403, 404, 408, 409, 413, 418, 422, 429, 500, 502, 503, 504];
    private static readonly string[] Formats = ["csv", "xlsx", "focus", "pdf"];
    private readonly Canaries _canaries = new();
    private DurabilityRig _rig = null!;
    private FakeUpstream _vendor = null!;
    private FakeUpstream _collector = null!;

    public async Task InitializeAsync()
    {
        _rig = await DurabilityRig.StartAsync();
        (_vendor, _collector) = (await FakeUpstream.StartAsync(), await FakeUpstream.StartAsync());
        _collector.Otherwise(FakeUpstreamReply.Json(200, "{}"));
    }

    public async Task DisposeAsync()
    {
        await _vendor.DisposeAsync();
        await _collector.DisposeAsync();
        await _rig.DisposeAsync();
    }

    [Fact]
    public async Task NoSecret_IsFoundInAnySink()
    {
        using var log = new MemoryStream();
        await using var console = new StreamWriter(log) { AutoFlush = true };
        string[] logging = [.. LogAll.SelectMany(category => new[] { $"--Logging:LogLevel:{category}", "Trace" })];
        await using (var portal = _rig.Portal(console, [.. logging, "--Portal:Otlp:Endpoint", new Uri(_collector.BaseUrl, "/").ToString(), "--Portal:Otlp:Protocol", "http/protobuf", "--Portal:Gateway:HeadersSeconds", "1"]))
        {
            Assert.True(await portal.ReadyAsync(), portal.Output);
            var secrets = await PlantAsync();
            await CallAsync(secrets);
            await MisuseAsync(secrets);
            await ReadAllAsync();
            await ShowAllAsync();
            await portal.StopAsync();
        }

        _canaries.Search("console", log.ToArray());
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(_rig.MasterKeys)!, "*", SearchOption.AllDirectories).Where(file => file != _rig.MasterKeys))
            _canaries.Search("file " + Path.GetFileName(file), await File.ReadAllBytesAsync(file));
        foreach (var sent in _collector.Requests) _canaries.Search("trace or metric " + sent.Path, sent.Body);
        await DumpAsync();
        output.WriteLine($"{_canaries.Count} canaries, {Calls} calls, {log.Length / 1024 / 1024} MB of log, {_collector.Requests.Count} exports of telemetry");
        Assert.True(log.Length > 1 << 20, "the portal logged little: this would prove nothing");
        Assert.NotEmpty(_collector.Requests);
        Assert.True(_canaries.Count >= 20, $"only {_canaries.Count} canaries");
        Assert.True(!_canaries.Hits.Any(), string.Join(Environment.NewLine, _canaries.Hits.Take(40)));
    }

    private sealed record Planted(string Key, string Limited, string Regenerated, string Service, string Prompt, string Completion, string Credential, string Wrong);

    /// <summary>Every kind of secret the portal keeps, makes or is passed.</summary>
    private async Task<Planted> PlantAsync()
    {
        var admin = _rig.Admin;
        _canaries.Add("master key", (await File.ReadAllTextAsync(_rig.MasterKeys)).Trim().TrimEnd('='));
        _canaries.Add("administrator's password", PortalHost.AdminPassword);
        _canaries.Add("load key", _rig.Secret, VirtualKeyFormat.DisplayPrefix(_rig.Secret).Length);
        var organization = Guid.Parse((await OkAsync(admin.GetApiAsync("/me"))).GetProperty("organization_id").GetString()!);
        var credential = "";
        foreach (var (kind, root) in new[] { ("openai-compatible", _vendor.BaseUrl), ("anthropic", new Uri(_vendor.BaseUrl, "/")), ("gemini", new Uri(_vendor.BaseUrl, "/")) })
        {
            var added = await OkAsync(admin.PostApiAsync("/providers", new { name = kind, kind, base_url = root.ToString().TrimEnd('/'), api_key = _canaries.Make($"credential {kind}", "sk-"), models = new[] { $"{kind}-canary" }, allow_private = true, priority = 5 }));
            credential = _canaries.Make($"new credential {kind}", "sk-");
            await admin.PostApiAsync($"/providers/{added.GetProperty("id").GetString()}/rotate-key", new { api_key = credential });
            await admin.PostApiAsync($"/providers/{added.GetProperty("id").GetString()}/test", null);
            await OkAsync(admin.PostApiAsync("/cost/models", new { name = $"{kind}-canary", provider = kind, input_price = 2, output_price = 8, unit_size = 1_000_000, max_output = 100, context_window = 10_000 }));
        }

        var (key, limited) = (await KeyAsync("whole", null), await KeyAsync("limited", 0.0000001m));
        var regenerated = await OkAsync(admin.PostApiAsync("/keys", new { name = "again" }));
        var before = _canaries.Add("secret before", regenerated.GetProperty("key").GetString()!, 16);
        var after = await OkAsync(admin.PostApiAsync($"/keys/{regenerated.GetProperty("id").GetString()}/regenerate", new { overlap_seconds = 60 }));
        _canaries.Add("secret after", after.GetProperty("key").GetString()!, 16);
        var service = _canaries.Add("service token", (await OkAsync(admin.PostApiAsync("/service-tokens", new { name = "canary", role = "service" }))).GetProperty("token").GetString()!, 16);
        await OkAsync(admin.PatchApiAsync($"/organizations/{organization}/alerting", new
        {
            webhook_url = new Uri(_vendor.BaseUrl, "/hook").ToString(),
            webhook_allow_private = true,
            webhook_secret = "whsec_" + Convert.ToBase64String(Encoding.UTF8.GetBytes(_canaries.Make("webhook secret"))),
        }));
        await admin.PostApiAsync($"/organizations/{organization}/alerting/test", null);
        await admin.CallAsync(HttpMethod.Put, $"/organizations/{organization}/directory", new
        {
            enabled = true,
            host = "127.0.0.1",
            port = 6,
            security = "ldaps",
            allow_private = true,
            base_dn = "dc=example,dc=com",
            bind_dn = "cn=portal",
            bind_secret = _canaries.Make("bind secret"),
            domains = new[] { "people.example.org" },
        });
        await admin.PostApiAsync($"/organizations/{organization}/directory/try", new { login = "ada@people.example.org", password = _canaries.Make("directory password") });
        await SignInAsync();
        return new Planted(key, limited, before, service, _canaries.Make("prompt"), _canaries.Make("completion"), credential, _canaries.Make("wrong key", "sk-"));
    }

    private async Task<string> KeyAsync(string name, decimal? limit)
    {
        var made = await OkAsync(_rig.Admin.PostApiAsync("/keys", new { name, budget = limit is null ? null : new { limit, period = "total", hold = "strict" } }));
        return _canaries.Add("key " + name, made.GetProperty("key").GetString()!, made.GetProperty("prefix").GetString()!.Length);
    }

    /// <summary>People's own: passwords right and wrong, tokens, an invitation, a second factor.</summary>
    private async Task SignInAsync()
    {
        var password = _canaries.Make("member's password");
        await OkAsync(_rig.Admin.PostApiAsync("/members", new { email = "canary@example.com", name = "Canary", role = "member", password }));
        using var anonymous = new HttpClient { BaseAddress = _rig.Address };
        var session = await OkAsync(anonymous.PostApiAsync("/auth/login", new { email = "canary@example.com", password }));
        var access = _canaries.Add("access token", session.GetProperty("access_token").GetString()!);
        var refresh = _canaries.Add("refresh token", session.GetProperty("refresh_token").GetString()!);
        using var member = Bearer(access);
        _canaries.Add("authenticator's key", (await OkAsync(member.PostApiAsync("/auth/two-factor", null))).EnumerateObject().First(part => part.Value.GetString()!.Length is > 15 and < 80).Value.GetString()!);
        await member.PostApiAsync("/auth/two-factor/enable", new { code = "000000" });
        await member.PostApiAsync("/auth/change-password", new { current_password = _canaries.Make("wrong password"), new_password = _canaries.Make("password not taken") });
        await anonymous.PostApiAsync("/auth/login", new { email = "canary@example.com", password = _canaries.Make("guessed password") });
        await anonymous.PostApiAsync("/auth/refresh", new { refresh_token = refresh });
        await anonymous.PostApiAsync("/auth/refresh", new { refresh_token = refresh });
        var invited = await OkAsync(_rig.Admin.PostApiAsync("/members", new { email = "invited@example.com", name = "Invited" }));
        var link = new Uri(invited.GetProperty("invitation_url").GetString()!);
        _canaries.Add("invitation", link.Query[(link.Query.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        using var opened = await anonymous.GetAsync(new Uri(_rig.Address, link.PathAndQuery));
        await anonymous.PostApiAsync("/auth/accept-invitation", new { token = _canaries.Make("wrong invitation", "apv_"), password = "a-long-enough-secret" });
    }

    /// <summary>Calls in each dialect, of which most end badly.</summary>
    private async Task CallAsync(Planted planted)
    {
        var fault = $"Incorrect API key provided: {planted.Credential}. You sent: {planted.Prompt}";
        FakeUpstreamReply[] replies =
        [
            FakeUpstreamReply.Plain(planted.Completion, FakeUpstreamReply.Usage(5, 5)), FakeUpstreamReply.Plain(planted.Completion, null), FakeUpstreamReply.Stream(planted.Completion, planted.Completion),
            .. Faults.Select(status => FakeUpstreamReply.Error(status, fault, "invalid_request_error", "canary")),
            FakeUpstreamReply.Json(200, "{\"broken\": \"" + fault), FakeUpstreamReply.Json(200, "<html>" + fault), FakeUpstreamReply.Json(302, fault, ("Location", "http://127.0.0.1:9/" + planted.Credential)),
            FakeUpstreamReply.Events("data: {\"error\":{\"message\":\"" + fault + "\"}}\n\n", "cut"), FakeUpstreamReply.Events("data: " + fault + "\n\n", "cut"),
        ];
        var random = new Random(20261122);
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 16 }) { BaseAddress = _rig.Address, Timeout = TimeSpan.FromSeconds(30) };
        await Parallel.ForEachAsync(Enumerable.Range(0, Calls), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (call, token) =>
        {
            int way, with;
            lock (random)
            {
                (way, with) = (random.Next(7), random.Next(10));
                _vendor.Otherwise(replies[random.Next(replies.Length)]);
            }

            using var request = Request(way, planted.Prompt);
            Authorize(request, with, planted);
            try
            {
                using var answer = await http.SendAsync(request, token);
                await answer.Content.ReadAsByteArrayAsync(token);
            }
            catch (Exception cut) when (cut is HttpRequestException or IOException)
            {
                // As the script wants it.
            }
        });
    }

    private static HttpRequestMessage Request(int way, string prompt)
    {
        object Chat(string model, bool stream = false) => new { model, stream, max_tokens = 10, messages = new[] { new { role = "user", content = prompt } } };
        var (path, body) = way switch
        {
            0 => ("/v1/chat/completions", JsonSerializer.Serialize(Chat("openai-compatible-canary"))),
            1 => ("/v1/chat/completions", JsonSerializer.Serialize(Chat("openai-compatible-canary", true))),
            2 => ("/v1/messages", JsonSerializer.Serialize(Chat("anthropic-canary"))),
            3 => ("/v1beta/models/gemini-canary:generateContent", JsonSerializer.Serialize(new { contents = new[] { new { role = "user", parts = new[] { new { text = prompt } } } } })),
            4 => ("/v1/chat/completions", JsonSerializer.Serialize(Chat("model-" + "unknown"))),
            5 => ("/v1/chat/completions", "{\"model\":\"openai-compatible-canary\",\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt),
            _ => ("/v1/embeddings", "{\"input\":[\"" + prompt + "\"],\"model\":7}"),
        };
        return new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
    }

    private static void Authorize(HttpRequestMessage request, int with, Planted planted)
    {
        var path = request.RequestUri!.ToString();
        switch (with)
        {
            case 0: request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", planted.Wrong); break;
            case 1: request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", planted.Limited); break;
            case 2: request.Headers.Add("x-api-key", planted.Regenerated); break;
            case 3: request.Headers.Add("x-api-key", planted.Key); request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", planted.Limited); break;
            case 4: request.RequestUri = new Uri(path + "?key=" + planted.Key, UriKind.Relative); break;
            case 5: request.Headers.Authorization = new AuthenticationHeaderValue("Basic", planted.Key); break;
            case 6: request.Headers.Add("Cookie", "key=" + planted.Key); break;
            default: request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", planted.Key); break;
        }
    }

    /// <summary>Changes that are refused with a secret in them, and one under which the database goes away.</summary>
    private async Task MisuseAsync(Planted planted)
    {
        foreach (var body in new object[]
        {
            new { name = "bad", kind = "openai", base_url = "https://user:" + _canaries.Make("secret in an address") + "@127.0.0.1/v1", api_key = _canaries.Make("refused credential", "sk-") },
            new { name = "", kind = "none", api_key = _canaries.Make("refused credential 2", "sk-") },
            "{\"name\":\"cut\",\"api_key\":\"" + _canaries.Make("credential in broken JSON", "sk-"),
            new { name = "many", kind = "openai", api_key = new[] { _canaries.Make("credential in a list", "sk-") }, secret = planted.Wrong },
        }) await _rig.Admin.PostApiAsync("/providers", body);
        await _rig.Admin.PostApiAsync("/keys/import", new { rows = new[] { new { name = "", key = VirtualKeyFormat.Generate() }, new { name = "typo", key = planted.Wrong } } });
        using (var stranger = Bearer(_canaries.Make("wrong bearer", "apt_"))) await stranger.GetApiAsync("/keys");
        using (var service = Bearer(planted.Service)) await service.PostApiAsync("/members", new { email = "x@example.com", password = _canaries.Make("refused password") });
        var late = _rig.Admin.PostApiAsync("/providers", new { name = "late", kind = "openai-compatible", base_url = _vendor.BaseUrl, api_key = _canaries.Make("credential in an outage", "sk-"), allow_private = true });
        await _rig.Database.InterruptAsync();
        try
        {
            await late;
        }
        catch (HttpRequestException)
        {
            // Either way.
        }

        // Each pooled connection finds out for itself that it is gone.
        await Eventually.HoldsAsync(
            async () => (await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => _rig.Admin.GetApiAsync("/members")))).All(answer => (int)answer.Status == 200),
            TimeSpan.FromSeconds(30), () => "the portal did not come back");
    }

    /// <summary>What can be asked of the API, the exports among it.</summary>
    private async Task ReadAllAsync()
    {
        var organization = (await OkAsync(_rig.Admin.GetApiAsync("/me"))).GetProperty("organization_id").GetString();
        var period = TimeProvider.System.GetUtcNow().ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);
        var bill = await OkAsync(_rig.Admin.PostApiAsync("/bills", new { period, scope = new { organization } }));
        string[] paths =
        [
            "/providers?limit=500", "/keys?limit=500", "/members", "/service-tokens", "/audit?limit=500", "/audit/export", "/audit/verify", "/calls?limit=500", "/cost/records?limit=500", "/cost/records/export?format=csv", "/cost/records/export?format=xlsx",
            "/cost/records/export?format=focus", "/cost/dashboard", "/cost/alerts", "/cost/alerts/deliveries", "/compliance/figures", "/compliance/evidence", "/vault", "/approvals", "/routes", "/ledger/health", "/auth/sessions",
            .. Formats.Select(format => $"/bills/{bill.GetProperty("id").GetString()}/export?format={format}"),
        ];
        foreach (var path in paths)
        {
            using var answer = await _rig.Admin.GetAsync("/api/v1" + path);
            Assert.True((int)answer.StatusCode is 200 or 403 or 404 or 409, $"{path}: {answer.StatusCode}");
            _canaries.Search(path, await answer.Content.ReadAsByteArrayAsync());
        }

        using var anonymous = new HttpClient { BaseAddress = _rig.Address };
        foreach (var path in new[] { "/metrics", "/health/ready", "/sign-in" }) _canaries.Search(path, await anonymous.GetByteArrayAsync(path));
    }

    /// <summary>Every page of the menu, as HTML and as what its circuit is sent.</summary>
    private async Task ShowAllAsync()
    {
        await using var visit = await browser.VisitAsync(_rig.Address);
        var frames = 0;
        visit.Page.WebSocket += (_, socket) => socket.FrameReceived += (_, frame) =>
        {
            frames++;
            _canaries.Search("circuit of " + visit.Page.Url, frame.Binary ?? Encoding.UTF8.GetBytes(frame.Text ?? ""));
        };
        await visit.SignInAsync();
        foreach (var item in NavItems.All)
        {
            await visit.Page.GotoAsync(item.Route);
            await visit.LiveAsync();
            _canaries.Search("page " + item.Route, await visit.Page.ContentAsync());
        }

        // What is typed into a page goes to the portal by the circuit.
        await visit.Page.GotoAsync("/providers");
        await visit.LiveAsync();
        await visit.Page.Locator(".page-header .button-primary").ClickAsync();
        await visit.Page.FillAsync("#provider-key", _canaries.Make("typed credential", "sk-"));
        await visit.Page.PressAsync("#provider-key", "Tab");
        await visit.Page.PressAsync("#provider-key", "Escape");
        Assert.True(frames > NavItems.All.Count, $"only {frames} frames");
    }

    /// <summary>Every column of every table, bytes in hexadecimal.</summary>
    private async Task DumpAsync()
    {
        await using var connection = new NpgsqlConnection(_rig.Database.Superuser);
        await connection.OpenAsync();
        var tables = new List<string>();
        await using (var names = new NpgsqlCommand("SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')", connection))
        await using (var reader = await names.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
        }

        foreach (var table in tables)
        {
#pragma warning disable CA2100 // Names from the catalogue.
            await using var rows = new NpgsqlCommand($"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM {table} t", connection);
#pragma warning restore CA2100
            _canaries.Search("table " + table, (string)(await rows.ExecuteScalarAsync())!);
        }
    }

    private HttpClient Bearer(string token)
    {
        var client = new HttpClient { BaseAddress = _rig.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private static async Task<JsonElement> OkAsync(Task<ApiAnswer> call)
    {
        var answer = await call;
        Assert.True((int)answer.Status is 200 or 201, answer.Json.ToString());
        return answer.Json;
    }
}
