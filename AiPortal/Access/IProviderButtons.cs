namespace AiPortal.Access;

/// <summary>The buttons of the sign-in page that lead to identity providers. Federation has them; sign-in must not know it.</summary>
internal interface IProviderButtons
{
    /// <param name="organizationId">Whose; null where the address of the page names none.</param>
    /// <param name="token">Cancels it.</param>
    Task<IReadOnlyList<(Guid Id, string Name)>> ForAsync(Guid? organizationId, CancellationToken token);
}
