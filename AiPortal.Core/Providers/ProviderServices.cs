namespace AiPortal.Core.Providers;

/// <summary>What of OpenAI's interface a vendor has itself. Conversations are translated where it has only chat; all else it has not is not served there.</summary>
[Flags]
public enum ProviderServices
{
    None = 0,
    Chat = 1 << 0,
    Completions = 1 << 1,
    Embeddings = 1 << 2,
    Moderations = 1 << 3,
    Responses = 1 << 4,
    ImageGenerations = 1 << 5,
    ImageEdits = 1 << 6,
    ImageVariations = 1 << 7,
    Speech = 1 << 8,
    Transcriptions = 1 << 9,
    Translations = 1 << 10,

    Images = ImageGenerations | ImageEdits | ImageVariations,
    Listening = Transcriptions | Translations,
    All = Chat | Completions | Embeddings | Moderations | Responses | Images | Speech | Listening,
}
