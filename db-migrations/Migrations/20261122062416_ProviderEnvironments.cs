using System;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AiPortal.Migrations.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(PortalDb))]
    [Migration("20261122062416_ProviderEnvironments")]
    public class ProviderEnvironments : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid>(
                name: "environment_id",
                table: "providers",
                type: "uuid",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_providers_environment_id",
                table: "providers",
                column: "environment_id");

            migrationBuilder.AddForeignKey(
                name: "fk_providers_environments_environment_id",
                table: "providers",
                column: "environment_id",
                principalTable: "environments",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_providers_environments_environment_id",
                table: "providers");

            migrationBuilder.DropIndex(
                name: "ix_providers_environment_id",
                table: "providers");

            migrationBuilder.DropColumn(
                name: "environment_id",
                table: "providers");
        }
    }
}
