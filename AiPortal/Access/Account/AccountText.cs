namespace AiPortal.Access.Account;

/// <summary>Names the resources of the account page.</summary>
internal sealed class AccountText;
