using AiPortal.Ui.Panels;

namespace AiPortal.Api;

/// <summary>Ready-to-paste calls of this portal; <c>site</c> is its own address with a slash at the end.</summary>
internal static class ApiSnippets
{
    public static IReadOnlyList<Snippet> Gateway(string site) =>
    [
        new("curl", $$"""
            curl {{site}}v1/chat/completions \
              -H "Authorization: Bearer $AIPORTAL_KEY" \
              -H "Content-Type: application/json" \
              -d '{"model": "sandbox-small", "messages": [{"role": "user", "content": "Hello"}]}'
            """),
        new("Python", $$"""
            import os
            from openai import OpenAI

            client = OpenAI(base_url="{{site}}v1", api_key=os.environ["AIPORTAL_KEY"])
            answer = client.chat.completions.create(
                model="sandbox-small",
                messages=[{"role": "user", "content": "Hello"}],
            )
            print(answer.choices[0].message.content)
            """),
        new("C#", $$"""
            var client = new ChatClient(
                "sandbox-small",
                new ApiKeyCredential(Environment.GetEnvironmentVariable("AIPORTAL_KEY")!),
                new OpenAIClientOptions { Endpoint = new Uri("{{site}}v1") });
            var answer = await client.CompleteChatAsync("Hello");
            Console.WriteLine(answer.Value.Content[0].Text);
            """),
        new("JavaScript", $$"""
            import OpenAI from "openai";

            const client = new OpenAI({ baseURL: "{{site}}v1", apiKey: process.env.AIPORTAL_KEY });
            const answer = await client.chat.completions.create({
              model: "sandbox-small",
              messages: [{ role: "user", content: "Hello" }],
            });
            console.log(answer.choices[0].message.content);
            """),
    ];

    public static IReadOnlyList<Snippet> Token(string site) =>
    [
        new("curl", $$"""
            TOKEN=$(curl -s {{site}}api/v1/auth/login \
              -H "Content-Type: application/json" \
              -d '{"email": "you@example.com", "password": "…"}' | jq -r .access_token)

            curl {{site}}api/v1/me -H "Authorization: Bearer $TOKEN"
            """),
    ];
}
