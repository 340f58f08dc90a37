using System;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AiPortal.Migrations.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(PortalDb))]
    [Migration("20261122041739_PlacedRoles")]
    public class PlacedRoles : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid>(
                name: "scope_id",
                table: "memberships",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "scope_type",
                table: "memberships",
                type: "character varying(40)",
                maxLength: 40,
                nullable: true);

            migrationBuilder.AddColumn<Guid[]>(
                name: "places",
                table: "approvals",
                type: "uuid[]",
                nullable: false,
                defaultValue: new Guid[0]);

            migrationBuilder.AddColumn<Guid>(
                name: "scope_id",
                table: "access_grants",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "scope_type",
                table: "access_grants",
                type: "character varying(40)",
                maxLength: 40,
                nullable: true);

            migrationBuilder.Script("places");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "scope_id",
                table: "memberships");

            migrationBuilder.DropColumn(
                name: "scope_type",
                table: "memberships");

            migrationBuilder.DropColumn(
                name: "places",
                table: "approvals");

            migrationBuilder.DropColumn(
                name: "scope_id",
                table: "access_grants");

            migrationBuilder.DropColumn(
                name: "scope_type",
                table: "access_grants");
        }
    }
}
