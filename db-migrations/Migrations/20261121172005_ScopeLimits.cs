using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AiPortal.Migrations.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(PortalDb))]
    [Migration("20261121172005_ScopeLimits")]
    public class ScopeLimits : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "concurrency",
                table: "teams",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "rpm",
                table: "teams",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "tpm",
                table: "teams",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "concurrency",
                table: "organizations",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "rpm",
                table: "organizations",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "tpm",
                table: "organizations",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "concurrency",
                table: "memberships",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "rpm",
                table: "memberships",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "tpm",
                table: "memberships",
                type: "integer",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "concurrency",
                table: "teams");

            migrationBuilder.DropColumn(
                name: "rpm",
                table: "teams");

            migrationBuilder.DropColumn(
                name: "tpm",
                table: "teams");

            migrationBuilder.DropColumn(
                name: "concurrency",
                table: "organizations");

            migrationBuilder.DropColumn(
                name: "rpm",
                table: "organizations");

            migrationBuilder.DropColumn(
                name: "tpm",
                table: "organizations");

            migrationBuilder.DropColumn(
                name: "concurrency",
                table: "memberships");

            migrationBuilder.DropColumn(
                name: "rpm",
                table: "memberships");

            migrationBuilder.DropColumn(
                name: "tpm",
                table: "memberships");
        }
    }
}
