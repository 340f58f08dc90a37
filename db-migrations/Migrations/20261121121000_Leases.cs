using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AiPortal.Migrations.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(PortalDb))]
    [Migration("20261121121000_Leases")]
    public sealed class Leases : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Script("leases");

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
            DROP FUNCTION budget_write_off, budget_release, budget_post, budget_return, budget_take, budget_limit;
            DROP TABLE budget_leases, nodes;
            ALTER TABLE budget_amounts DROP COLUMN leased, DROP COLUMN version;
            DROP SEQUENCE budget_amount_version;
            REVOKE DELETE ON budget_amounts FROM portal_app;
            """);
    }
}
