using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace AiPortal.Api;

/// <summary>What the OpenAPI document shows of an endpoint beside its route: an example request and answer.</summary>
internal sealed record ApiExample(object? Request, object? Answer, int Status);

/// <summary>Summaries and examples for the OpenAPI document.</summary>
internal static class ApiDescription
{
    private const string Json = "application/json";

    /// <summary>One line on what the endpoint does; <paramref name="request"/> and <paramref name="answer"/> are written as the API writes them.</summary>
    public static TBuilder Describe<TBuilder>(this TBuilder endpoint, string summary, object? request = null, object? answer = null,
        int status = StatusCodes.Status200OK)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithSummary(summary).WithMetadata(new ApiExample(request, answer, status));

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer(DescribeDocument);
        options.AddOperationTransformer(DescribeOperation);
    }

    private static Task DescribeDocument(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken token)
    {
        document.Info = new OpenApiInfo
        {
            Title = "AiPortal management API",
            Version = "v1",
            Description = "Money is USD with at most twelve decimals; instants are RFC 3339 in UTC; unknown members are refused by name.",
        };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            ["bearer"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An access token of POST /api/v1/auth/login, or a service token." },
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("bearer", document)] = [] }];
        return Task.CompletedTask;
    }

    private static Task DescribeOperation(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken token)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<ApiExample>().LastOrDefault() is not { } example) return Task.CompletedTask;
        if (example.Request is not null)
            operation.RequestBody = new OpenApiRequestBody { Required = true, Content = Content(example.Request) };
        operation.Responses = new OpenApiResponses
        {
            [example.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = "Done.",
                Content = example.Answer is null ? null : Content(example.Answer),
            },
            ["default"] = new OpenApiResponse
            {
                Description = "A problem (RFC 9457); code is stable.",
                Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = Media(new ApiProblem("Bad Request", 400, "name: Must not be empty.", "invalid_field")) },
            },
        };
        return Task.CompletedTask;
    }

    private static Dictionary<string, OpenApiMediaType> Content(object example) => new() { [Json] = Media(example) };

    private static OpenApiMediaType Media(object example)
    {
        var node = JsonSerializer.SerializeToNode(example, example.GetType(), ApiJson.Options);
        return new OpenApiMediaType { Schema = SchemaOf(node), Example = node };
    }

    /// <summary>The shape an example shows; a null tells nothing about its type.</summary>
    private static OpenApiSchema SchemaOf(JsonNode? node) => node switch
    {
        JsonObject members => new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = members.ToDictionary(m => m.Key, m => (IOpenApiSchema)SchemaOf(m.Value)),
        },
        JsonArray items => new OpenApiSchema { Type = JsonSchemaType.Array, Items = SchemaOf(items.Count > 0 ? items[0] : null) },
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.Number => new OpenApiSchema { Type = JsonSchemaType.Number },
            JsonValueKind.True or JsonValueKind.False => new OpenApiSchema { Type = JsonSchemaType.Boolean },
            _ => new OpenApiSchema { Type = JsonSchemaType.String },
        },
        _ => new OpenApiSchema(),
    };
}
