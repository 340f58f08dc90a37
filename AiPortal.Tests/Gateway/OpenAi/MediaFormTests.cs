using System.Buffers;
using System.Text;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Media;
using AiPortal.Core.Gateway.Translation;
using AiPortal.Core.Providers;

namespace AiPortal.Tests.Gateway.OpenAi;

/// <summary>Forms as they come, and as nobody should send them.</summary>
public sealed class MediaFormTests
{
    private const string Type = "multipart/form-data; boundary=xyz";
    private static readonly MediaOperation Transcriptions = MediaOperation.All.Single(operation => operation.Path == "audio/transcriptions");
    private static readonly MediaOperation Variations = MediaOperation.All.Single(operation => operation.Path == "images/variations");

    [Theory]
    [InlineData(Type, "Content-Disposition: form-data; name=\"model\"")]
    [InlineData("multipart/form-data; boundary=\"xyz\"", "content-disposition: form-data; name=model")]
    [InlineData("Multipart/Form-Data; charset=utf-8; boundary=xyz", "Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name=model")]
    public void Form_InAnySegments_IsReadAndOnlyItsModelRewritten(string type, string head)
    {
        var body = $"--xyz\r\n{head}\r\n\r\nwhisper-1\r\n--xyz\r\n{File}\r\n\r\nsound\r\n--xy\r\n--\r\n--xyz--\r\n";
        foreach (var size in (int[])[1, 3, 17, 1000])
        {
            var bytes = Bytes.InSegments(body, size);
            Assert.True(Transcriptions.TryRead(new CallTarget(ContentType: type), bytes, out var scan, out _));
            Assert.Equal("whisper-1", scan.Model);
            Assert.Equal(body.Replace("whisper-1", "theirs", StringComparison.Ordinal), Sent(Transcriptions, scan, bytes, "theirs", type));
        }
    }

    [Fact]
    public void Form_WithoutModel_GetsTheStandardOne()
    {
        const string body = "--xyz\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\npng\r\n--xyz--";
        Assert.True(Variations.TryRead(new CallTarget(ContentType: Type), Bytes.Of(body), out var scan, out _));

        Assert.Equal(("dall-e-2", 1L, 1), (scan.Model, scan.Units.Images, scan.Images));
        Assert.Equal("--xyz\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\ndall-e-2\r\n" + body, Sent(Variations, scan, Bytes.Of(body), "dall-e-2", Type));
    }

    [Theory]
    [InlineData("application/json", "--xyz\r\nMODEL\r\n--xyz\r\nFILE\r\n--xyz--", null)]
    [InlineData("multipart/form-data", "--xyz\r\nMODEL\r\n--xyz\r\nFILE\r\n--xyz--", null)]
    [InlineData("multipart/form-data; boundary=xyz; boundary=abc", "--xyz\r\nMODEL\r\n--xyz\r\nFILE\r\n--xyz--", null)]
    [InlineData("multipart/form-data; boundary=\"x\ny\"", "--xyz\r\nMODEL\r\n--xyz\r\nFILE\r\n--xyz--", null)]
    [InlineData(Type, "", null)]
    [InlineData(Type, "--xyz--", null)]
    [InlineData(Type, "preamble\r\n--xyz\r\nMODEL\r\n--xyz\r\nFILE\r\n--xyz--", null)]
    [InlineData(Type, "--xyz\r\nMODEL\r\n--xyz\r\nFILE\r\n--xyz--\r\n--xyz\r\nMODEL\r\n--xyz--", null)]
    [InlineData(Type, "--xyz\r\nMODEL\r\n--xyz\r\nFILE\r\n", null)]
    [InlineData(Type, "--xyz\r\nMODEL\r\n--xyz\r\nFILE\r\n--xyzz--", null)]
    [InlineData(Type, "--xyz\r\nContent-Disposition: form-data; name=\"model\"", null)]
    [InlineData(Type, "--xyz\r\nContent-Disposition: form-data\r\n\r\nwhisper-1\r\n--xyz\r\nFILE\r\n--xyz--", null)]
    [InlineData(Type, "--xyz\r\nContent-Disposition: form-data; name=model; name=prompt\r\n\r\nwhisper-1\r\n--xyz\r\nFILE\r\n--xyz--", null)]
    [InlineData(Type, "--xyz\r\nContent-Disposition: form-data; name*=utf-8''model\r\n\r\nwhisper-1\r\n--xyz\r\nFILE\r\n--xyz--", null)]
    [InlineData(Type, "--xyz\r\nContent-Disposition: form-data;\r\n name=model\r\n\r\nwhisper-1\r\n--xyz\r\nFILE\r\n--xyz--", null)]
    [InlineData(Type, "--xyz\r\nContent-Disposition: form-data; name=model\r\nContent-Transfer-Encoding: base64\r\n\r\nd2hpc3Blci0x\r\n--xyz\r\nFILE\r\n--xyz--", null)]
    [InlineData(Type, "--xyz\r\nFILE\r\n--xyz--", "model")]
    [InlineData(Type, "--xyz\r\nMODEL\r\n--xyz--", "file")]
    [InlineData(Type, "--xyz\r\nMODEL\r\n--xyz\r\nMODEL\r\n--xyz\r\nFILE\r\n--xyz--", "model")]
    [InlineData(Type, "--xyz\r\nMODEL\r\n--xyz\r\nContent-Disposition: form-data; name=\"Model\"\r\n\r\nother\r\n--xyz\r\nFILE\r\n--xyz--", "model")]
    [InlineData(Type, "--xyz\r\nContent-Disposition: form-data; name=\"model\"; filename=\"m\"\r\n\r\nwhisper-1\r\n--xyz\r\nFILE\r\n--xyz--", "model")]
    [InlineData(Type, "--xyz\r\nMODEL\r\n--xyz\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nsound\r\n--xyz--", "file")]
    [InlineData(Type, "--xyz\r\nMODEL\r\n--xyz\r\nContent-Disposition: form-data; name=stream\r\n\r\nmaybe\r\n--xyz\r\nFILE\r\n--xyz--", "stream")]
    public void Form_Malformed_IsRefused(string type, string body, string? param)
    {
        body = body.Replace("MODEL", "Content-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1", StringComparison.Ordinal).Replace("FILE", File + "\r\n\r\nsound", StringComparison.Ordinal);

        Assert.False(Transcriptions.TryRead(new CallTarget(ContentType: type), Bytes.Of(body), out _, out var refusal));
        Assert.Equal((GatewayFailure.BodyInvalid, param), (refusal.Failure, refusal.Param));
    }

    [Fact]
    public void Form_CutOrChangedAnywhere_NeverThrows()
    {
        var whole = Encoding.Latin1.GetBytes("--xyz\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--xyz\r\n" + File + "\r\n\r\nsound\r\n--xyz--\r\n");
        for (var length = 0; length < whole.Length; length++)
        {
            Transcriptions.TryRead(new CallTarget(ContentType: Type), new ReadOnlySequence<byte>(whole.AsMemory(0, length)), out _, out _);
            var changed = whole.ToArray();
            foreach (var value in (byte[])[0, 13, 34, 45, 59, 255])
            {
                changed[length] = value;
                Transcriptions.TryRead(new CallTarget(ContentType: Type), new ReadOnlySequence<byte>(changed), out _, out _);
            }
        }
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFB, 0x90, 0x00 }, 16_000, 1_000)] // MPEG 1 layer 3, 128 kbit/s
    [InlineData(new byte[] { 0x00, 0x00, 0x00, 0x00 }, 3_000, 1_000)] // nothing known: 24 kbit/s
    public void AudioLength_OfOtherForms_FollowsTheirBitrate(byte[] head, int length, long milliseconds)
    {
        byte[] sound = [.. head, .. new byte[length - head.Length]];

        Assert.Equal(milliseconds, AudioLength.Of(new ReadOnlySequence<byte>(sound)));
    }

    private const string File = "Content-Disposition: form-data; name=\"file\"; filename=\"a;\\\"b.wav\"\r\nContent-Type: audio/wav";

    private static string Sent(MediaOperation operation, RequestScan scan, ReadOnlySequence<byte> body, string model, string type)
    {
        var (output, kind) = (new ArrayBufferWriter<byte>(), ProviderKinds.Find("openai")!);
        var request = new ExchangeRequest(scan, body, kind, model, null, null, new AnswerContext(Guid.Empty, default, model, 1, scan));
        Assert.Null(operation.At(kind)!.WriteRequest(request, output, out var target));
        Assert.Equal((operation.Path, type), (target.Path, target.ContentType));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
