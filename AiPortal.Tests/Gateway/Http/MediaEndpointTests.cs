using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net.Http.Headers;
using System.Text;
using AiPortal.Core.Catalog;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using AiPortal.Tests.Fixtures;
using OpenAI;
using OpenAI.Audio;
using OpenAI.Images;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>Images and sound by the vendor's client: what goes through is unchanged, and each is charged in its own unit.</summary>
[Collection(GatewayCollection.Name)]
public sealed class MediaEndpointTests(GatewayHost gateway)
{
    [Fact]
    public async Task Images_PricedByImage_CountWhatCame()
    {
        var model = await ImageModelAsync(FakeUpstreamReply.Json(200, """{"created":1760000000,"data":[{"b64_json":"AQID"},{"b64_json":"BAUG"}]}"""));
        var (id, credential, options) = await ClientAsync();

        var images = await new ImageClient(model, credential, options).GenerateImagesAsync("A hat", 2, new ImageGenerationOptions { ResponseFormat = GeneratedImageFormat.Bytes });

        Assert.Equal([1, 2, 3], images.Value[0].ImageBytes.ToArray());
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((0.08m, 2L, EntryStatus.Ok, false, "image"), (entry.TotalCost, entry.UsageDetail!.Images, entry.Status, entry.Estimated, entry.RequestType));
    }

    [Fact]
    public async Task Images_PricedByToken_TakeTheUsage()
    {
        var model = await gateway.AddModelAsync(
            FakeUpstreamReply.Json(200, """{"created":1,"data":[{"b64_json":"AQID"}],"usage":{"input_tokens":10,"output_tokens":100,"total_tokens":110,"input_tokens_details":{"text_tokens":10,"image_tokens":0}}}"""),
            price => price with { ModelType = "image" });
        var (id, http) = await gateway.IssueKeyAsync();

        using var answer = await http.PostAsync("/v1/images/generations", GatewayHost.Raw($$"""{"model":"{{model}}","prompt":"A hat"}"""));

        // 10 × 2 + 100 × 8 = 820 millionths
        Assert.Equal("0.00082", answer.Headers.GetValues("x-portal-cost-usd").Single());
        Assert.False(Assert.Single(await gateway.EntriesAsync(id, 1)).Estimated);
    }

    [Fact]
    public async Task Images_Stream_EachCompletedOneIsCharged()
    {
        const string partial = "event: image_generation.partial_image\ndata: {\"type\":\"image_generation.partial_image\",\"b64_json\":\"AQID\",\"partial_image_index\":0}\n\n";
        const string completed = "event: image_generation.completed\ndata: {\"type\":\"image_generation.completed\",\"b64_json\":\"AQID\",\"usage\":{\"input_tokens\":10,\"output_tokens\":100,\"total_tokens\":110}}\n\n";
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Events(partial, completed), price => price with { ModelType = "image" });
        var (id, http) = await gateway.IssueKeyAsync();
        http.DefaultRequestHeaders.Add("x-portal-cost", "true");

        using var answer = await http.PostAsync("/v1/images/generations", GatewayHost.Raw($$"""{"model":"{{model}}","prompt":"A hat","stream":true,"partial_images":1}"""));

        Assert.Equal(partial + ": portal-cost-usd=0.00082\n\n" + completed, await answer.Content.ReadAsStringAsync());
        Assert.Equal((0.00082m, false), (await gateway.EntriesAsync(id, 1))[0] is var entry ? (entry.TotalCost, entry.Estimated) : default);
    }

    [Fact]
    public async Task Images_StrictBudget_HoldsEveryImageAskedFor()
    {
        var model = await ImageModelAsync(FakeUpstreamReply.Json(200, """{"created":1,"data":[{"url":"https://example.com/1"}]}"""));
        var (_, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = "tight", Budget = new KeyBudgetTerms(0.1m, PeriodType.Total, "strict", "block") });

        using var three = await http.PostAsync("/v1/images/generations", GatewayHost.Raw($$"""{"model":"{{model}}","prompt":"A hat","n":3}"""));
        using var two = await http.PostAsync("/v1/images/generations", GatewayHost.Raw($$"""{"model":"{{model}}","prompt":"A hat","n":2}"""));

        await GatewayHost.AssertErrorAsync(three, 429, "insufficient_quota", "budget_exceeded");
        // Two were held, one came.
        Assert.Equal("0.04", two.Headers.GetValues("x-portal-cost-usd").Single());
    }

    [Fact]
    public async Task ImageEdit_Form_OnlyTheModelIsRewritten()
    {
        var model = await ImageModelAsync(FakeUpstreamReply.Json(200, """{"created":1,"data":[{"b64_json":"AQID"}]}"""));
        await gateway.MapModelAsync("account of " + model, "alias-of-" + model, model);
        var (id, credential, options) = await ClientAsync();
        var picture = Enumerable.Range(0, 30_000).Select(i => (byte)(i * 7)).ToArray();

        var image = await new ImageClient("alias-of-" + model, credential, options).GenerateImageEditAsync(new MemoryStream(picture), "a.png", "More hat");

        Assert.Equal([1, 2, 3], image.Value.ImageBytes.ToArray());
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((0.04m, "alias-of-" + model), (entry.TotalCost, entry.ModelName));
        var seen = gateway.Upstream.Requests.Single(request => request.AttemptId == entry.Id.ToString());
        Assert.Equal(("/v1/images/edits", model, "More hat"), (seen.Path, seen.Model, Encoding.UTF8.GetString(seen.Form["prompt"])));
        Assert.Equal(picture, seen.Form["image"]);
    }

    [Fact]
    public async Task Speech_Bytes_ComeUnchangedAndCharactersAreCharged()
    {
        var sound = Enumerable.Range(0, 20_000).Select(i => (byte)(i * 13)).ToArray();
        var model = await SpeakingModelAsync(FakeUpstreamReply.Binary(sound, "audio/mpeg"));
        var (id, credential, options) = await ClientAsync();

        var spoken = await new AudioClient(model, credential, options).GenerateSpeechAsync("Hi 漢字", GeneratedSpeechVoice.Alloy);

        Assert.Equal(sound, spoken.Value.ToArray());
        Assert.Equal("audio/mpeg", spoken.GetRawResponse().Headers.TryGetValue("Content-Type", out var type) ? type : null);
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        // 5 × 15 = 75 millionths
        Assert.Equal((0.000075m, 5L, false, "audio_speech"), (entry.TotalCost, entry.UsageDetail!.Characters, entry.Estimated, entry.RequestType));
    }

    [Fact]
    public async Task Speech_GoesOnAsItComes()
    {
        var gate = new FakeUpstreamGate();
        var model = await SpeakingModelAsync(FakeUpstreamReply.Binary([1, 2, 3], "audio/pcm", gate));
        var (id, http) = await gateway.IssueKeyAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/audio/speech") { Content = GatewayHost.Raw($$"""{"model":"{{model}}","input":"Hello","voice":"alloy","response_format":"pcm"}""") };

        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var sound = await answer.Content.ReadAsStreamAsync();
        var first = new byte[3];
        await sound.ReadExactlyAsync(first);
        // The second piece is only sent when the first has come here.
        gate.Release();
        using var rest = new MemoryStream();
        await sound.CopyToAsync(rest);

        Assert.Equal("010203010203", Convert.ToHexString([.. first, .. rest.ToArray()]));
        Assert.Equal((0.000075m, EntryStatus.Ok, false), (await gateway.EntriesAsync(id, 1))[0] is var entry ? (entry.TotalCost, entry.Status, entry.Estimated) : default);
    }

    [Fact]
    public async Task Speech_CutOff_BreaksOffHereToo()
    {
        var model = await SpeakingModelAsync(FakeUpstreamReply.Events("sound", "cut").As("audio/mpeg"));
        var (id, http) = await gateway.IssueKeyAsync();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.PostAsync("/v1/audio/speech", GatewayHost.Raw($$"""{"model":"{{model}}","input":"Hello","voice":"alloy"}""")));

        Assert.Equal((0.000075m, EntryStatus.Partial, true), (await gateway.EntriesAsync(id, 1))[0] is var entry ? (entry.TotalCost, entry.Status, entry.Estimated) : default);
    }

    [Fact]
    public async Task Speech_ErrorInsideA200_IsAFailure()
    {
        var model = await SpeakingModelAsync(FakeUpstreamReply.Json(200, """{"error":{"message":"No such voice","type":"server_error"}}"""));
        var (id, http) = await gateway.IssueKeyAsync();

        using var answer = await http.PostAsync("/v1/audio/speech", GatewayHost.Raw($$"""{"model":"{{model}}","input":"Hello","voice":"alloy"}"""));

        await GatewayHost.AssertErrorAsync(answer, 502, "server_error", "upstream_error");
        Assert.Equal((0m, EntryStatus.Failed), (await gateway.EntriesAsync(id, 1))[0] is var entry ? (entry.TotalCost, entry.Status) : default);
    }

    [Fact]
    public async Task Transcription_DurationTold_IsCharged()
    {
        var model = await HearingModelAsync(FakeUpstreamReply.Json(200, """{"text":"Hello","usage":{"type":"duration","seconds":90}}"""));
        var (id, credential, options) = await ClientAsync();

        var heard = await new AudioClient(model, credential, options).TranscribeAudioAsync(new MemoryStream(Wav(2)), "a.wav");

        Assert.Equal("Hello", heard.Value.Text);
        var entry = Assert.Single(await gateway.EntriesAsync(id, 1));
        Assert.Equal((0.009m, 90_000L, false, "audio_transcription"), (entry.TotalCost, entry.UsageDetail!.AudioMs, entry.Estimated, entry.RequestType));
        Assert.Equal(Wav(2), gateway.Upstream.Requests.Single(request => request.AttemptId == entry.Id.ToString()).Form["file"]);
    }

    [Fact]
    public async Task Translation_VerboseJson_TellsItsDuration()
    {
        var model = await HearingModelAsync(FakeUpstreamReply.Json(200, """{"task":"translate","language":"english","duration":30.0,"text":"Hello","segments":[]}"""));
        var (id, credential, options) = await ClientAsync();

        var heard = await new AudioClient(model, credential, options).TranslateAudioAsync(new MemoryStream(Wav(2)), "a.wav", new AudioTranslationOptions { ResponseFormat = AudioTranslationFormat.Verbose });

        Assert.Equal("Hello", heard.Value.Text);
        Assert.Equal((0.003m, false, "audio_translation"), (await gateway.EntriesAsync(id, 1))[0] is var entry ? (entry.TotalCost, entry.Estimated, entry.RequestType) : default);
    }

    [Fact]
    public async Task Transcription_AsSubtitles_IsChargedByTheFilesLengthAndMarked()
    {
        var model = await HearingModelAsync(FakeUpstreamReply.Binary("1\n00:00:00,000 --> 00:00:02,000\nHello\n"u8.ToArray(), "text/plain; charset=utf-8"));
        var (id, http) = await gateway.IssueKeyAsync();

        using var answer = await http.PostAsync("/v1/audio/transcriptions", Form(("model", model), ("response_format", "srt"), ("file", Wav(2))));

        Assert.StartsWith("1\n00:00", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
        // 2 s of 0.006 a minute
        Assert.Equal((0.0002m, true), (await gateway.EntriesAsync(id, 1))[0] is var entry ? (entry.TotalCost, entry.Estimated) : default);
    }

    [Fact]
    public async Task Transcription_Stream_TokensAreCharged()
    {
        const string delta = "data: {\"type\":\"transcript.text.delta\",\"delta\":\"Hello\"}\n\n";
        const string done = "data: {\"type\":\"transcript.text.done\",\"text\":\"Hello\",\"usage\":{\"type\":\"tokens\",\"input_tokens\":14,\"input_token_details\":{\"text_tokens\":0,\"audio_tokens\":14},\"output_tokens\":5,\"total_tokens\":19}}\n\n";
        var model = await gateway.AddModelAsync(FakeUpstreamReply.Events(delta, done), price => price with { ModelType = "audio_transcription" });
        var (id, http) = await gateway.IssueKeyAsync();

        using var answer = await http.PostAsync("/v1/audio/transcriptions", Form(("model", model), ("stream", "true"), ("file", Wav(2))));

        Assert.Equal(delta + done, await answer.Content.ReadAsStringAsync());
        // 14 × 2 + 5 × 8 = 68 millionths
        Assert.Equal((0.000068m, false), (await gateway.EntriesAsync(id, 1))[0] is var entry ? (entry.TotalCost, entry.Estimated) : default);
    }

    [Fact]
    public async Task Transcription_ProviderRefuses_SdkSeesItsWords()
    {
        var model = await HearingModelAsync(FakeUpstreamReply.Error(400, "Audio file might be corrupted or unsupported", "invalid_request_error", "invalid_value"));
        var (id, credential, options) = await ClientAsync();

        var fault = await Assert.ThrowsAsync<ClientResultException>(() => new AudioClient(model, credential, options).TranscribeAudioAsync(new MemoryStream(Wav(1)), "a.wav"));

        Assert.Contains("corrupted", fault.Message, StringComparison.Ordinal);
        Assert.Equal((EntryStatus.Failed, 0m), (await gateway.EntriesAsync(id, 1))[0] is var entry ? (entry.Status, entry.TotalCost) : default);
    }

    private static byte[] Wav(int seconds)
    {
        var data = new byte[8_000 * seconds];
        using var wav = new MemoryStream();
        using var writer = new BinaryWriter(wav);
        writer.Write("RIFF"u8);
        writer.Write(36 + data.Length);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)1);
        writer.Write(8_000);
        writer.Write(8_000);
        writer.Write((short)1);
        writer.Write((short)8);
        writer.Write("data"u8);
        writer.Write(data.Length);
        writer.Write(data);
        return wav.ToArray();
    }

    private static MultipartFormDataContent Form(params (string Name, object Value)[] fields)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields)
        {
            if (value is byte[] file)
            {
                var content = new ByteArrayContent(file);
                content.Headers.ContentType = new MediaTypeHeaderValue("audio/wav");
                form.Add(content, name, "a.wav");
            }
            else form.Add(new StringContent((string)value), name);
        }

        return form;
    }

    private Task<string> ImageModelAsync(FakeUpstreamReply reply) =>
        gateway.AddModelAsync(reply, price => price with { ModelType = "image", BillingUnit = BillingUnits.Image, UnitSize = 1, InputPrice = 0, OutputPrice = 0.04m });

    private Task<string> SpeakingModelAsync(FakeUpstreamReply reply) =>
        gateway.AddModelAsync(reply, price => price with { ModelType = "audio_speech", BillingUnit = BillingUnits.Character, InputPrice = 15, OutputPrice = 0 });

    private Task<string> HearingModelAsync(FakeUpstreamReply reply) =>
        gateway.AddModelAsync(reply, price => price with { ModelType = "audio_transcription", BillingUnit = BillingUnits.Minute, UnitSize = 1, InputPrice = 0.006m, OutputPrice = 0 });

    private async Task<(Guid Id, ApiKeyCredential Credential, OpenAIClientOptions Options)> ClientAsync()
    {
        var (id, secret) = await gateway.IssueSecretAsync();
        return (id, new ApiKeyCredential(secret), new OpenAIClientOptions { Endpoint = new Uri(gateway.Portal.BaseUrl, "v1"), RetryPolicy = new ClientRetryPolicy(0) });
    }
}
