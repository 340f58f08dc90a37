using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace AiPortal.Tests.Fixtures.OpenAi;

/// <summary>
/// OpenAI, or a resource of Azure's, on a port of its own: holds each request to the rules as the real one does, and answers those that
/// keep them as its script says. A request that breaks one gets 400 with the rule, which is also kept in <see cref="Faults"/>.
/// </summary>
public sealed class FakeOpenAi : IAsyncDisposable
{
    private readonly FakeUpstream _upstream;
    private readonly ConcurrentDictionary<string, FakeUpstreamReply> _byModel = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly string _secret;

    private FakeOpenAi(FakeUpstream upstream, string secret, bool isAzure)
    {
        (_upstream, _secret, IsAzure) = (upstream, secret, isAzure);
        _upstream.Otherwise(new Strict(this));
    }

    public bool IsAzure { get; }

    /// <summary>What an account's <c>base_url</c> is set to: OpenAI's ends in <c>/v1</c>, Azure's is the resource.</summary>
    public Uri BaseUrl => IsAzure ? new Uri(_upstream.BaseUrl, "/") : _upstream.BaseUrl;

    /// <summary>All requests so far, in the order of their arrival.</summary>
    public IReadOnlyList<FakeUpstreamRequest> Requests => _upstream.Requests;

    /// <summary>The rules that were broken, in order.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <param name="secret">The only credential that is valid.</param>
    public static async Task<FakeOpenAi> StartAsync(string secret, bool azure = false) => new(await FakeUpstream.StartAsync(), secret, azure);

    /// <param name="model">At Azure the deployment.</param>
    public FakeOpenAi ForModel(string model, FakeUpstreamReply reply)
    {
        _byModel[model] = reply;
        return this;
    }

    /// <summary>An error as this vendor writes it: Azure's have no type.</summary>
    public FakeUpstreamReply Error(int status, string message, string type, string? code, params (string Name, string Value)[] headers) => FakeUpstreamReply.Json(
        status,
        IsAzure
            ? JsonSerializer.Serialize(new { error = new { code = code ?? status.ToString(CultureInfo.InvariantCulture), message } })
            : JsonSerializer.Serialize(new { error = new { message, type, param = (string?)null, code } }),
        [.. headers, (IsAzure ? "apim-request-id" : "x-request-id", "req_fake")]);

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    private string Models() => JsonSerializer.Serialize(new { @object = "list", data = _byModel.Keys.Select(model => new { id = model, @object = "model", created = 1760000000, owned_by = "fake" }) });

    private sealed class Strict(FakeOpenAi owner) : FakeUpstreamReply
    {
        internal override bool ListsModels => true;

        internal override Task AnswerAsync(HttpContext context, FakeUpstreamRequest request)
        {
            if (!OpenAiRules.IsAuthorized(request, owner._secret, owner.IsAzure))
                return owner.Error(401, "Incorrect API key provided", "invalid_request_error", owner.IsAzure ? null : "invalid_api_key").AnswerAsync(context, request);
            if (request.Method == "GET" && request.Path == (owner.IsAzure ? "/openai/v1/models" : "/v1/models")) return Json(200, owner.Models()).AnswerAsync(context, request);
            if (OpenAiRules.FaultOf(request, owner.IsAzure) is { } fault)
            {
                owner._faults.Enqueue(fault);
                return owner.Error(fault.StartsWith("path", StringComparison.Ordinal) ? 404 : 400, fault, "invalid_request_error", null).AnswerAsync(context, request);
            }

            if (!owner._byModel.TryGetValue(request.Model!, out var reply))
            {
                reply = owner.IsAzure
                    ? owner.Error(404, "The API deployment for this resource does not exist.", "invalid_request_error", "DeploymentNotFound")
                    : owner.Error(404, $"The model `{request.Model}` does not exist or you do not have access to it.", "invalid_request_error", "model_not_found");
            }

            return reply.AnswerAsync(context, request);
        }
    }
}
