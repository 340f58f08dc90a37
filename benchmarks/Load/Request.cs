using System.Net;
using System.Text;

namespace AiPortal.Benchmarks.Load;

/// <summary>A prepared question: where it goes and its bytes.</summary>
internal sealed class Request
{
    private const string Question =
        "Explain what a reverse proxy does and what an LLM gateway adds to it. Keep in mind that the reader knows HTTP but has not run a proxy before, so name the two or three "
        + "things which cost time on the path of a request and say how each of them can be kept small.";

    public Request(Uri address, string bearer, string model, bool stream, string pace = "")
    {
        Server = new IPEndPoint(IPAddress.Parse(address.Host), address.Port);
        var body = BodyOf(model, stream, pace);
        Bytes = Encoding.ASCII.GetBytes(
            $"POST {address.AbsolutePath} HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\nAuthorization: Bearer {bearer}\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }

    public IPEndPoint Server { get; }

    public byte[] Bytes { get; }

    /// <summary>The question as JSON; <paramref name="pace"/> is what the paced provider looks for.</summary>
    public static string BodyOf(string model, bool stream, string pace) =>
        $$"""{"model":"{{model}}","messages":[{"role":"system","content":"You are a careful assistant. Answer in plain English, in at most three sentences, and do not repeat the question."},{"role":"user","content":"{{Question}}{{pace}}"}],"temperature":0.2,"max_tokens":256,"user":"bench-user-1"{{(stream ? ",\"stream\":true,\"stream_options\":{\"include_usage\":true}" : "")}}}""";
}
