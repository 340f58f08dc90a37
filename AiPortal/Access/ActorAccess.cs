using AiPortal.Core.Access;

namespace AiPortal.Access;

/// <summary>The caller of a request, put there by authentication.</summary>
public static class ActorAccess
{
    /// <summary>Throws where the endpoint asks for no authentication.</summary>
    public static Actor GetActor(this HttpContext context) =>
        context.Features.Get<Actor>() ?? throw new InvalidOperationException("This endpoint requires no signed-in caller.");

    internal static void SetActor(this HttpContext context, Actor actor)
    {
        context.Features.Set(actor);
        context.RequestServices.GetRequiredService<CurrentReader>().Is(actor);
    }

    /// <summary>The caller's address as the trusted proxies give it.</summary>
    internal static string? ClientIp(this HttpContext context) => context.Connection.RemoteIpAddress switch
    {
        null => null,
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        var address => address.ToString(),
    };
}
