namespace AiPortal.Records;

/// <summary>Names the resources of corrections and unknown outcomes.</summary>
internal sealed class RecordsText;
