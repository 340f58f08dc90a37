namespace AiPortal.Ledger;

/// <summary>Names the resources of the page "Ledger health".</summary>
internal sealed class LedgerText;
