using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using AiPortal.Core.Access;
using AiPortal.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AiPortal.Tests.Fixtures;

/// <summary>
/// The whole portal on 127.0.0.1 with a database of its own: <c>IClassFixture&lt;PortalHost&gt;</c>. Offers what a client can do, not the
/// container.
/// </summary>
public sealed class PortalHost : IAsyncLifetime
{
    public const string AdminEmail = "admin@example.com";
    public const string AdminPassword = "correct-horse-battery";
    private readonly TestDatabase _database;
    private readonly bool _isGuest;
    private readonly string _directory = Directory.CreateTempSubdirectory("aiportal-host-").FullName;
    private readonly Dictionary<string, string> _settings = [];
    private readonly string _masterKey;
    private string? _masterKeyFile;
    private PortalProcess? _process;
    private AsyncServiceScope? _scope;

    public PortalHost()
        : this(new TestDatabase(), Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)))
    {
    }

    private PortalHost(TestDatabase database, string masterKey)
    {
        (_database, _masterKey) = (database, masterKey);
        _settings["Portal:PrivateUpstreams"] = "127.0.0.0/8";
    }

    private PortalHost(PortalHost first)
        : this(first._database, first._masterKey)
    {
        _isGuest = true;
        foreach (var (key, value) in first._settings)
            _settings[key] = value;
    }

    /// <summary>What <c>TimeProvider</c> the host uses; set before it starts.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public Uri BaseUrl { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Signed in as the first administrator.</summary>
    public HttpClient Admin { get; private set; } = new();

    public Guid OrganizationId { get; private set; }

    public TestDatabase Database => _database;

    public string DataDirectory => _directory;

    /// <summary>In a scope whose reader sees everything.</summary>
    internal IServiceProvider Services => _scope!.Value.ServiceProvider;

    /// <summary>A second node on the same database, with a data directory of its own; dispose of it first.</summary>
    public PortalHost AnotherNode() => new(this);

    /// <summary>Adds configuration; call before the host starts (a derived fixture's constructor).</summary>
    public PortalHost With(string key, string value)
    {
        _settings[key] = value;
        return this;
    }

    /// <summary>The master keys are in a file that a test may write to.</summary>
    public PortalHost WithMasterKeyFile(string path)
    {
        _masterKeyFile = path;
        return this;
    }

    public async Task InitializeAsync()
    {
        if (!_isGuest) await _database.InitializeAsync();
        await StartAsync();
    }

    /// <summary>Starts the portal (again) on the same database and data directory.</summary>
    public async Task StartAsync()
    {
        string[] args =
        [
            "--urls", "http://127.0.0.1:0", "--environment", "Production", "--ConnectionStrings:Portal", _database.Superuser + ";Pooling=true",
            "--Portal:DataDirectory", _directory, _masterKeyFile is null ? "--Portal:MasterKey" : "--Portal:MasterKeyFile", _masterKeyFile ?? _masterKey, "--Portal:Admin:Email", AdminEmail,
            "--Portal:Admin:Password", AdminPassword, .. _settings.SelectMany(pair => new[] { "--" + pair.Key, pair.Value }),
        ];
        _process = await PortalProcess.PrepareAsync(args, builder =>
        {
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            builder.Services.AddSingleton(Clock);
        });
        await _process.App.StartAsync();
        _scope = _process.App.Services.CreateAsyncScope();
        Services.GetRequiredService<CurrentReader>().Is(Actor.ForSystem("test", Guid.Empty));
        BaseUrl = new Uri(_process.App.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Admin = await SignInAsync(AdminEmail, AdminPassword);
        var me = await Admin.GetFromJsonAsync<JsonElement>("/api/v1/me");
        OrganizationId = me.GetProperty("organization_id").GetGuid();
    }

    /// <summary>A graceful stop; <see cref="StartAsync"/> may follow.</summary>
    public async Task StopAsync()
    {
        await _scope!.Value.DisposeAsync();
        await _process!.App.StopAsync();
        await _process.DisposeAsync();
        _process = null;
    }

    /// <summary>An end without a drain: calls in flight and what the ledger lacks are left where they are.</summary>
    public async Task KillAsync()
    {
        await _scope!.Value.DisposeAsync();
        await _process!.DisposeAsync();
        _process = null;
    }

    /// <summary>A client without credentials.</summary>
    public HttpClient Anonymous() => new() { BaseAddress = BaseUrl };

    /// <summary>A client with a bearer token or a virtual key.</summary>
    public HttpClient WithBearer(string token)
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public async Task<HttpClient> SignInAsync(string email, string password)
    {
        using var client = Anonymous();
        using var answer = await client.PostAsJsonAsync("/api/v1/auth/login", new { email, password });
        answer.EnsureSuccessStatusCode();
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return WithBearer(body.GetProperty("access_token").GetString()!);
    }

    public async Task DisposeAsync()
    {
        if (_process is not null) await StopAsync();
        if (!_isGuest) await _database.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
