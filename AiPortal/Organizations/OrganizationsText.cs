namespace AiPortal.Organizations;

/// <summary>The words of the pages on organizations and members: OrganizationsText.resx and its cultures.</summary>
internal sealed class OrganizationsText;
