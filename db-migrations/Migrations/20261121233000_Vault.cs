using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AiPortal.Migrations.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(PortalDb))]
    [Migration("20261121233000_Vault")]
    public sealed class Vault : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Script("vault");

        /// <summary>An older portal opens nothing that an envelope holds.</summary>
        protected override void Down(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql("DROP TABLE data_keys, master_key_holders, master_keys;");
    }
}
