using AiPortal.Core.Data;

namespace AiPortal.Api;

/// <summary>A request that cannot be read at all; the API's fault handler turns it into a problem answer.</summary>
internal sealed class ApiFault(int status, string code, string message, IReadOnlyDictionary<string, string[]>? errors = null) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public IReadOnlyDictionary<string, string[]>? Errors { get; } = errors;

    public static ApiFault InvalidJson(string message) => new(StatusCodes.Status400BadRequest, "invalid_json", message);

    public static ApiFault TooLarge(int limit) =>
        new(StatusCodes.Status413PayloadTooLarge, "request_too_large", $"The body is larger than {limit} bytes.");
}
