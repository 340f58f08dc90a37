using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AiPortal.Migrations.Migrations
{
    /// <summary>Refused and failed calls are few among many: without an index of their own a list of them reads a month.</summary>
    [DbContext(typeof(PortalDb))]
    [Migration("20261121122700_CallsInTrouble")]
    public sealed class CallsInTrouble : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql("CREATE INDEX ix_call_log_trouble ON call_log (organization_id, status, started_at DESC, id DESC) WHERE status <> 'ok';");

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("DROP INDEX ix_call_log_trouble;");
    }
}
