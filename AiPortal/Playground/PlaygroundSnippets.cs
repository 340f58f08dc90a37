using System.Text.Encodings.Web;
using System.Text.Json;
using AiPortal.Ui.Panels;

namespace AiPortal.Playground;

/// <summary>What is asked in the playground.</summary>
internal sealed record PlaygroundAsk(string Model, string? System, string Message, int? MaxTokens);

/// <summary>The same call as code, streamed; the key comes from the environment, never from the page.</summary>
internal static class PlaygroundSnippets
{
    // Between quotes in all four languages, so what is typed can never end its string.
    private static readonly JsonSerializerOptions Quoting = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="site">The portal's own address, with its slash at the end.</param>
    public static IReadOnlyList<Snippet> For(string site, PlaygroundAsk ask) =>
        [new("curl", Curl(site, ask)), new("Python", Python(site, ask)), new("Node", Node(site, ask)), new("C#", CSharp(site, ask))];

    private static string Curl(string site, PlaygroundAsk ask)
    {
        var messages = ask.System is null ? Message("user", ask.Message) : Message("system", ask.System) + ", " + Message("user", ask.Message);
        var most = ask.MaxTokens is { } tokens ? $", \"max_tokens\": {tokens}" : "";
        // Inside single quotes a shell knows one special character.
        var body = $$"""{"model": {{Quote(ask.Model)}}, "stream": true{{most}}, "messages": [{{messages}}]}""".Replace("'", @"'\''", StringComparison.Ordinal);
        return $$"""
            curl -N {{site}}v1/chat/completions \
              -H "Authorization: Bearer $AIPORTAL_KEY" \
              -H "Content-Type: application/json" \
              -d '{{body}}'
            """;
    }

    private static string Python(string site, PlaygroundAsk ask) => $$"""
        import os
        from openai import OpenAI

        client = OpenAI(base_url={{Quote(site + "v1")}}, api_key=os.environ["AIPORTAL_KEY"])
        stream = client.chat.completions.create(
            model={{Quote(ask.Model)}},{{(ask.MaxTokens is { } most ? $"\n    max_tokens={most}," : "")}}
            stream=True,
            messages=[{{(ask.System is null ? "" : $"\n        {Message("system", ask.System)},")}}
                {{Message("user", ask.Message)}},
            ],
        )
        for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                print(chunk.choices[0].delta.content, end="", flush=True)
        """;

    private static string Node(string site, PlaygroundAsk ask) => $$"""
        import OpenAI from "openai";

        const client = new OpenAI({ baseURL: {{Quote(site + "v1")}}, apiKey: process.env.AIPORTAL_KEY });
        const stream = await client.chat.completions.create({
          model: {{Quote(ask.Model)}},{{(ask.MaxTokens is { } most ? $"\n  max_tokens: {most}," : "")}}
          stream: true,
          messages: [{{(ask.System is null ? "" : $"\n    {Message("system", ask.System)},")}}
            {{Message("user", ask.Message)}},
          ],
        });
        for await (const chunk of stream) {
          process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
        }
        """;

    private static string CSharp(string site, PlaygroundAsk ask) => $$"""
        var client = new ChatClient(
            {{Quote(ask.Model)}},
            new ApiKeyCredential(Environment.GetEnvironmentVariable("AIPORTAL_KEY")!),
            new OpenAIClientOptions { Endpoint = new Uri({{Quote(site + "v1")}}) });
        ChatMessage[] messages = [{{(ask.System is null ? "" : $"new SystemChatMessage({Quote(ask.System)}), ")}}new UserChatMessage({{Quote(ask.Message)}})];
        await foreach (var update in client.CompleteChatStreamingAsync(messages{{(ask.MaxTokens is { } most ? $", new() {{ MaxOutputTokenCount = {most} }}" : "")}}))
        {
            foreach (var part in update.ContentUpdate) Console.Write(part.Text);
        }
        """;

    private static string Message(string role, string text) => $$"""{"role": "{{role}}", "content": {{Quote(text)}}}""";

    private static string Quote(string text) => JsonSerializer.Serialize(text, Quoting);
}
