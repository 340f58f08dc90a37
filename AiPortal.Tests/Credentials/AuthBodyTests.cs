using System.Net;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Credentials;

public sealed class AuthBodyTests(PortalHost host) : IClassFixture<PortalHost>
{
    [Theory]
    [InlineData("/auth/login")]
    [InlineData("/auth/register")]
    [InlineData("/auth/refresh")]
    [InlineData("/auth/change-password")]
    public async Task Body_MalformedOrHuge_AnswersAProblem(string path)
    {
        var malformed = await host.Admin.PostApiAsync(path, "{\"email\":");
        var list = await host.Admin.PostApiAsync(path, "[]");
        var empty = await host.Admin.PostApiAsync(path, null);
        var huge = await host.Admin.PostApiAsync(path, $$"""{"email":"{{new string('a', 1 << 20)}}"}""");

        Assert.All([malformed, list, empty], answer => Assert.Equal((HttpStatusCode.BadRequest, "invalid_json"), (answer.Status, answer.Code)));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "request_too_large"), (huge.Status, huge.Code));
        Assert.Equal("application/problem+json", malformed.Response.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("/auth/login", """{"email":"a@example.com","password":"p","remember":true}""", "remember")]
    [InlineData("/auth/login", """{"email":"a@example.com"}""", "password")]
    [InlineData("/auth/login", """{"email":7,"password":"p"}""", "email")]
    [InlineData("/auth/login", """{"email":"a@example.com","password":null}""", "password")]
    [InlineData("/auth/register", """{"email":"a@example.com","name":"A","password":"p","role":"owner"}""", "role")]
    [InlineData("/auth/refresh", """{"token":"x","refresh_token":"y"}""", "token")]
    [InlineData("/auth/change-password", """{"current_password":"a","new_password":"b","user_id":"c"}""", "user_id")]
    [InlineData("/auth/change-password", """{"current_password":"not-the-password","new_password":"a-long-new-secret"}""", "current_password")]
    public async Task Member_UnknownMissingOrWrong_IsNamed(string path, string json, string field)
    {
        var answer = await host.Admin.PostApiAsync(path, json);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_field"), (answer.Status, answer.Code));
        Assert.Equal([field], answer.Fields);
    }
}
