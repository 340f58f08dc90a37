using System.Text.Json;
using System.Text.Json.Serialization;
using AiPortal.Core.Data;
using Microsoft.AspNetCore.WebUtilities;

namespace AiPortal.Api;

/// <summary>An RFC 9457 problem: <c>code</c> is stable, <c>errors</c> is by field name, <c>reference</c> finds the log line of a fault.</summary>
internal sealed record ApiProblem(string Title, int Status, string Detail, string Code)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reference { get; init; }
}

/// <summary>Outcomes of use cases as HTTP answers.</summary>
internal static class ApiResults
{
    private const string ProblemType = "application/problem+json";

    public static IResult Ok<T>(T value) => Results.Json(value, ApiJson.Options);

    /// <summary>200 with the view, or the refusal.</summary>
    public static IResult Ok<T, TView>(Outcome<T> outcome, Func<T, TView> view) =>
        outcome.Refusal is { } refusal ? Refused(refusal) : Ok(view(outcome.Value));

    /// <summary>201 with the whole object, or the refusal.</summary>
    public static IResult Created<T, TView>(Outcome<T> outcome, Func<T, TView> view) =>
        outcome.Refusal is { } refusal ? Refused(refusal) : Results.Json(view(outcome.Value), ApiJson.Options, statusCode: StatusCodes.Status201Created);

    /// <summary>204, or the refusal.</summary>
    public static IResult Removed<T>(Outcome<T> outcome) =>
        outcome.Refusal is { } refusal ? Refused(refusal) : Results.NoContent();

    /// <summary>A page of a list: <c>data</c> and <c>next_cursor</c>.</summary>
    public static IResult Page<T, TView>(Page<T> page, Func<T, TView> view) => Ok(page.Select(view));

    public static IResult Missing(string what) => Refused(Refusal.Missing(what));

    public static IResult Refused(Refusal refusal) => refusal.Kind == RefusalKind.Waiting
        ? Results.Json(refusal.Request, ApiJson.Options, statusCode: StatusCodes.Status202Accepted)
        : Problem(StatusOf(refusal.Kind), refusal.Code, refusal.Message, refusal.Errors);

    public static IResult Problem(int status, string code, string message, IReadOnlyDictionary<string, string[]>? errors = null, string? reference = null) =>
        Results.Json(Body(status, code, message, errors, reference), ApiJson.Options, ProblemType, status);

    /// <summary>Writes a problem where no endpoint gives a result.</summary>
    public static Task WriteProblemAsync(HttpResponse response, int status, string code, string message,
        IReadOnlyDictionary<string, string[]>? errors = null, string? reference = null)
    {
        response.StatusCode = status;
        return response.WriteAsJsonAsync(Body(status, code, message, errors, reference), ApiJson.Options, ProblemType);
    }

    private static ApiProblem Body(int status, string code, string message, IReadOnlyDictionary<string, string[]>? errors, string? reference) =>
        new(ReasonPhrases.GetReasonPhrase(status), status, message, code) { Errors = errors, Reference = reference };

    private static int StatusOf(RefusalKind kind) => kind switch
    {
        RefusalKind.Invalid => StatusCodes.Status400BadRequest,
        RefusalKind.NotFound => StatusCodes.Status404NotFound,
        RefusalKind.Forbidden => StatusCodes.Status403Forbidden,
        RefusalKind.Conflict => StatusCodes.Status409Conflict,
        RefusalKind.Waiting => StatusCodes.Status202Accepted,
    };
}
