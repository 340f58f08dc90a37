using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Days;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics;

/// <summary>A filter names things of the organization, deleted ones included; what is another's does not exist, in filters too.</summary>
public sealed class FilterReferences(TenantDb tenants)
{
    /// <summary>The refusal for ids that name nothing, or null.</summary>
    public async Task<Refusal?> MissingAsync(Guid organizationId, IEnumerable<(string Field, Dimension Dimension, Guid? Id)> references, CancellationToken token = default)
    {
        var given = references.Where(reference => reference.Id is not null).ToList();
        if (given.Count == 0) return null;
        return await tenants.ReadAsync<Refusal?>(organizationId, async db =>
        {
            foreach (var (field, dimension, id) in given)
            {
                if ((await NameBook.ReadAsync(db, dimension, [id!.Value], token)).Count > 0) continue;
                // A person who has left has no name here any more, but entries.
                if (dimension == Dimension.User && await db.Set<UsageDay>().AnyAsync(d => d.Dimension == UsageDimension.UserMonth && d.ValueId == id, token)) continue;
                const string Message = "This does not exist in the organization.";
                return new Refusal(RefusalKind.NotFound, "not_found", $"{field}: {Message}", new Dictionary<string, string[]> { [field] = [Message] });
            }

            return null;
        }, token);
    }
}
