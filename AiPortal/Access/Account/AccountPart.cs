namespace AiPortal.Access.Account;

/// <summary>A component that a feature adds to the page of a person's account.</summary>
internal sealed record AccountPart(Type Component);
