using System;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AiPortal.Migrations.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(PortalDb))]
    [Migration("20261122003722_KeyLife")]
    public class KeyLife : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "api_key_expires_at",
                table: "providers",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "balance",
                table: "providers",
                type: "numeric(24,6)",
                precision: 24,
                scale: 6,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "balance_currency",
                table: "providers",
                type: "character varying(3)",
                maxLength: 3,
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "previous_key_cipher",
                table: "providers",
                type: "bytea",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "previous_key_hint",
                table: "providers",
                type: "character varying(20)",
                maxLength: 20,
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "rotated_at",
                table: "providers",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "sync_models",
                table: "providers",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "synced_at",
                table: "providers",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "pending_secret_cipher",
                table: "api_keys",
                type: "bytea",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "rotate_every_days",
                table: "api_keys",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "secret_made_at",
                table: "api_keys",
                type: "timestamp with time zone",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "api_key_expires_at",
                table: "providers");

            migrationBuilder.DropColumn(
                name: "balance",
                table: "providers");

            migrationBuilder.DropColumn(
                name: "balance_currency",
                table: "providers");

            migrationBuilder.DropColumn(
                name: "previous_key_cipher",
                table: "providers");

            migrationBuilder.DropColumn(
                name: "previous_key_hint",
                table: "providers");

            migrationBuilder.DropColumn(
                name: "rotated_at",
                table: "providers");

            migrationBuilder.DropColumn(
                name: "sync_models",
                table: "providers");

            migrationBuilder.DropColumn(
                name: "synced_at",
                table: "providers");

            migrationBuilder.DropColumn(
                name: "pending_secret_cipher",
                table: "api_keys");

            migrationBuilder.DropColumn(
                name: "rotate_every_days",
                table: "api_keys");

            migrationBuilder.DropColumn(
                name: "secret_made_at",
                table: "api_keys");
        }
    }
}
