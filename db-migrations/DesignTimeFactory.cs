using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace AiPortal.Migrations;

/// <summary>Lets <c>dotnet ef migrations add</c> build the model; it never connects.</summary>
public sealed class DesignTimeFactory : IDesignTimeDbContextFactory<PortalDb>
{
    public PortalDb CreateDbContext(string[] args) =>
        new(DatabaseSetup.MigrationOptions(new DbContextOptionsBuilder<PortalDb>().UseNpgsql("Host=unused", DatabaseSetup.Migrations)), null, TimeProvider.System);
}
