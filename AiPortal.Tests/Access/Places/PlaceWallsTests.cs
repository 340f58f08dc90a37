using AiPortal.Tests.Fixtures;
using Xunit;

namespace AiPortal.Tests.Access.Places;

/// <summary>Each table of an organization is walled by place, or is named here as one that all of the organization may read: a new one has to be decided.</summary>
public sealed class PlaceWallsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    /// <summary>Prices, routes and the like are for all; the trail is read by those who may read it all, and written by everybody.</summary>
    private static readonly string[] SeenByAll =
    [
        "approval_policies", "audit_cuts", "audit_events", "audit_names", "cost_centers", "environments", "exchange_rates", "idempotent_answers", "ledger_differences", "organizations", "price_discounts", "price_versions", "prices", "providers", "routes",
    ];

    [Fact]
    public async Task EveryTenantTable_HasAWallByPlace_OrIsSeenByAll()
    {
        await using var read = database.Portal.Owner.CreateCommand("""
            SELECT p.tablename FROM pg_policies p WHERE p.schemaname = 'public' AND p.policyname = 'tenant'
              AND NOT EXISTS (SELECT 1 FROM pg_policies w WHERE w.schemaname = 'public' AND w.tablename = p.tablename AND w.policyname = 'place' AND w.permissive = 'RESTRICTIVE')
            ORDER BY 1
            """);
        var open = new List<string>();
        await using (var reader = await read.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync()) open.Add(reader.GetString(0));
        }

        Assert.Equal(SeenByAll, open);
    }
}
