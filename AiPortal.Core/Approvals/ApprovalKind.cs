namespace AiPortal.Core.Approvals;

/// <summary>A sort of change that policies can be about; each feature registers its own.</summary>
/// <param name="Name">As <c>key.remove</c>; the page's texts have a word for it.</param>
/// <param name="HasAmount">A policy may name an amount in USD above which it holds.</param>
/// <param name="HasEnvironment">A policy may name an environment.</param>
public sealed record ApprovalKind(string Name, bool HasAmount = false, bool HasEnvironment = false);
