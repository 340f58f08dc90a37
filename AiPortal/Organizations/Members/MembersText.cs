namespace AiPortal.Organizations.Members;

/// <summary>Names the resources of the members page.</summary>
internal sealed class MembersText;
