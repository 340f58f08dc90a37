namespace AiPortal.Catalog;

/// <summary>The words of models and prices: CatalogText.resx and its cultures.</summary>
internal sealed class CatalogText;
