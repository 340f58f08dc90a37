using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace AiPortal.Benchmarks.Load;

/// <summary>The portal under test, through its management API.</summary>
internal sealed class Portal(Uri address) : IDisposable
{
    // USD a million tokens, and what every answer of the mock thus costs: 118 tokens in, 40 out.
    private const decimal InputPrice = 2.5m;
    private const decimal OutputPrice = 10m;
    private const long Ample = 1_000_000;
    private const decimal CostOfCall = (118 * InputPrice + 40 * OutputPrice) / 1_000_000;

    private readonly HttpClient _http = new() { BaseAddress = address };
    private string _budget = "";

    /// <summary>
    /// Three priced models at one provider each; a key in a team, project, cost center and environment, with limits that never bite and
    /// a budget over each of these, the organization and itself. Gives the key's secret.
    /// </summary>
    public async Task<string> ProvisionAsync(string email, string password, IReadOnlyDictionary<string, Uri> upstreams)
    {
        var session = await PostAsync("api/v1/auth/login", new { email, password });
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session.GetProperty("access_token").GetString());
        foreach (var (model, upstream) in upstreams)
        {
            await PostAsync("api/v1/providers", new { name = model, kind = "openai-compatible", base_url = upstream, api_key = "upstream-key", models = new[] { model }, allow_private = true });
            await PostAsync("api/v1/cost/models", new { name = model, provider = model, input_price = InputPrice, output_price = OutputPrice, unit_size = 1_000_000 });
        }

        var department_id = await MakeAsync("departments", new { name = "Department" });
        var team_id = await MakeAsync("teams", new { name = "Team", department_id });
        var project_id = await MakeAsync("projects", new { name = "Project", team_id });
        var cost_center_id = await MakeAsync("cost-centers", new { name = "Cost center" });
        var environment_id = await MakeAsync("environments", new { name = "Environment" });
        _budget = await BudgetAsync("organization", null);
        await BudgetAsync("team", team_id);
        await BudgetAsync("project", project_id);
        await BudgetAsync("cost_center", cost_center_id);
        await BudgetAsync("environment", environment_id);
        var key = await PostAsync("api/v1/keys", new
        {
            name = "benchmark",
            models = upstreams.Keys,
            team_id,
            project_id,
            cost_center_id,
            environment_id,
            rate_limit = new { rpm = Ample * 100, tpm = Ample * 2000, concurrency = 100_000 },
            budget = new { limit = Ample, period = "monthly" },
        });
        return key.GetProperty("key").GetString()!;
    }

    /// <summary>Waits until the organization's budget holds exactly what these calls cost; a minute at most.</summary>
    /// <returns>What the budget holds, USD, and what it should.</returns>
    public async Task<(decimal Spent, decimal Expected)> SettledAsync(long calls)
    {
        var until = MonotonicClock.Now + 60_000_000_000;
        while (true)
        {
            var quota = await _http.GetFromJsonAsync<JsonElement>($"api/v1/cost/quotas/{_budget}");
            var spent = decimal.Parse(quota.GetProperty("used_quota").ToString(), CultureInfo.InvariantCulture);
            if (spent == calls * CostOfCall || MonotonicClock.Now > until) return (spent, calls * CostOfCall);
            await Task.Delay(250);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> MakeAsync(string path, object body) => (await PostAsync("api/v1/" + path, body)).GetProperty("id").GetString()!;

    private Task<string> BudgetAsync(string quota_type, string? scope_id) => MakeAsync("cost/quotas", new { name = quota_type, quota_type, scope_id, total_quota = Ample });

    private async Task<JsonElement> PostAsync(string path, object body)
    {
        using var response = await _http.PostAsJsonAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? JsonElement.Parse(text) : throw new IOException($"{path}: {(int)response.StatusCode} {text}");
    }
}
