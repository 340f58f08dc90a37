namespace AiPortal.Organizations.Structure;

/// <summary>Names the resources of the structure page.</summary>
internal sealed class StructureText;
