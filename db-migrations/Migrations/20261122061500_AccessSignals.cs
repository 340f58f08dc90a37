using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AiPortal.Migrations.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(PortalDb))]
    [Migration("20261122061500_AccessSignals")]
    public sealed class AccessSignals : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Script("access_signals");

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("DROP FUNCTION signal_access() CASCADE;");
    }
}
