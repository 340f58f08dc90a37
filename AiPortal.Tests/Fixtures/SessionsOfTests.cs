using AiPortal.Core.Access;

namespace AiPortal.Tests.Fixtures;

/// <summary>Sessions of people who need not sign in for a test of something else.</summary>
internal static class SessionsOfTests
{
    public static Task<Guid> BeginBrowserAsync(this Sessions sessions, Guid userId, string? clientIp, string? userAgent) =>
        sessions.BeginBrowserAsync(new SignInStep(new PortalUser { Id = userId, Name = "" }, false), clientIp, userAgent);
}
