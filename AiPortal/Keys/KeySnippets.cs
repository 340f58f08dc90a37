using AiPortal.Ui.Panels;

namespace AiPortal.Keys;

/// <summary>Ready-to-paste calls of this portal's gateway.</summary>
internal static class KeySnippets
{
    /// <param name="site">The portal's own address, with its slash at the end.</param>
    public static IReadOnlyList<Snippet> For(string site, string secret, string model) =>
    [
        new("curl", $$"""
            curl {{site}}v1/chat/completions \
              -H "Authorization: Bearer {{secret}}" \
              -H "Content-Type: application/json" \
              -d '{"model": "{{model}}", "messages": [{"role": "user", "content": "Hello"}]}'
            """),
        new("Python", $$"""
            from openai import OpenAI

            client = OpenAI(base_url="{{site}}v1", api_key="{{secret}}")
            answer = client.chat.completions.create(
                model="{{model}}",
                messages=[{"role": "user", "content": "Hello"}],
            )
            print(answer.choices[0].message.content)
            """),
    ];
}
