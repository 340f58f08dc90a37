using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using AiPortal.Access;
using AiPortal.Core.Access;

namespace AiPortal.Api;

/// <summary>
/// How a page of the portal starts a download: the API takes bearers only, which a link cannot carry. A ticket is used once, within a
/// minute, by the person it was given to. Kept in memory: it is asked for at the node whose circuit gave it.
/// </summary>
internal sealed class DownloadTickets(TimeProvider clock)
{
    private const int MostAtOnce = 10_000;
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(60);
    private readonly ConcurrentDictionary<string, Ticket> _tickets = new(StringComparer.Ordinal);

    private sealed record Ticket(Guid ActorId, DateTimeOffset ExpiresAt, CultureInfo Culture, Func<HttpContext, Task<IResult>> Answer);

    /// <summary>The address to open. <paramref name="answer"/> runs when it is opened, in the language of now, and checks permissions itself.</summary>
    public string Issue(Actor actor, Func<HttpContext, Task<IResult>> answer)
    {
        var now = clock.GetUtcNow();
        foreach (var (old, ticket) in _tickets)
            if (ticket.ExpiresAt <= now) _tickets.TryRemove(old, out _);
        if (_tickets.Count >= MostAtOnce) throw new InvalidOperationException("Too many downloads are waiting to be opened.");
        var name = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        _tickets[name] = new Ticket(actor.Id, now + Life, CultureInfo.CurrentUICulture, answer);
        return "/downloads/" + name;
    }

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet("/downloads/{ticket:maxlength(100)}", (string ticket, HttpContext http, DownloadTickets tickets) => tickets.OpenAsync(ticket, http))
            .RequireAuthorization().ExcludeFromDescription();

    private async Task<IResult> OpenAsync(string name, HttpContext http)
    {
        // Another's ticket is not spent by trying it.
        if (!_tickets.TryGetValue(name, out var ticket) || ticket.ActorId != http.GetActor().Id || !_tickets.TryRemove(name, out _)
            || ticket.ExpiresAt <= clock.GetUtcNow())
            return ApiResults.Missing("download");
        http.Response.Headers.CacheControl = "no-store";
        CultureInfo.CurrentUICulture = ticket.Culture;
        return await ticket.Answer(http);
    }
}
