using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using System.Text.RegularExpressions;
using AiPortal.Core.Access;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Benchmarks.Pages;

/// <summary>Somebody of the company, signed in three ways: in a browser by the form, at a circuit, and at the API.</summary>
internal sealed partial class Person : IDisposable
{
    private Person(string title, HttpClient browser, HttpClient api, ClaimsPrincipal principal) => (Title, Browser, Api, Principal) = (title, browser, api, principal);

    public string Title { get; }

    public HttpClient Browser { get; }

    public HttpClient Api { get; }

    public ClaimsPrincipal Principal { get; }

    public static async Task<Person> SignInAsync(IServiceProvider services, Uri site, string title, string email, string password)
    {
        // With the form's antiforgery token and cookie, as a browser does.
        var browser = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer(), UseCookies = true }) { BaseAddress = site };
        var page = await browser.GetStringAsync("/sign-in");
        var form = page[page.LastIndexOf("<form", page.IndexOf("Form.Email", StringComparison.Ordinal), StringComparison.Ordinal)..];
        var fields = HiddenField().Matches(form).ToDictionary(field => field.Groups[1].Value, field => field.Groups[2].Value);
        (fields["Form.Email"], fields["Form.Password"]) = (email, password);
        using var body = new FormUrlEncodedContent(fields);
        using var answer = await browser.PostAsync("/sign-in", body);
        if (!answer.IsSuccessStatusCode || answer.RequestMessage!.RequestUri!.AbsolutePath == "/sign-in") throw new InvalidOperationException($"{email} is not let in: {(int)answer.StatusCode}.");

        var api = new HttpClient { BaseAddress = site };
        using var login = await api.PostAsJsonAsync("/api/v1/auth/login", new { email, password });
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await login.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString());

        var actor = await services.GetRequiredService<ActorSource>().ByTokenAsync(api.DefaultRequestHeaders.Authorization.Parameter!, null) ?? throw new InvalidOperationException($"{email} has no session.");
        var session = await services.GetRequiredService<Sessions>().BeginBrowserAsync(new SignInStep(new PortalUser { Id = actor.Id, Name = actor.Name }, false), null, null);
        Claim[] claims = [new("sid", session.ToString()), new(ClaimTypes.NameIdentifier, actor.Id.ToString()), new(ClaimTypes.Name, actor.Name), new(ClaimTypes.Email, email)];
        return new Person(title, browser, api, new ClaimsPrincipal(new ClaimsIdentity(claims, "bench")));
    }

    public void Dispose()
    {
        Browser.Dispose();
        Api.Dispose();
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")]
    private static partial Regex HiddenField();
}
