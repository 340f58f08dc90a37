using System;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AiPortal.Migrations.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(PortalDb))]
    [Migration("20261121153151_BudgetUnits")]
    public class BudgetUnits : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterColumn<decimal>(
                name: "total_quota",
                table: "budgets",
                type: "numeric(28,12)",
                precision: 28,
                scale: 12,
                nullable: false,
                oldClrType: typeof(decimal),
                oldType: "numeric(24,12)",
                oldPrecision: 24,
                oldScale: 12);

            migrationBuilder.AlterColumn<decimal>(
                name: "hourly_limit",
                table: "budgets",
                type: "numeric(28,12)",
                precision: 28,
                scale: 12,
                nullable: true,
                oldClrType: typeof(decimal),
                oldType: "numeric(24,12)",
                oldPrecision: 24,
                oldScale: 12,
                oldNullable: true);

            migrationBuilder.AlterColumn<decimal>(
                name: "daily_limit",
                table: "budgets",
                type: "numeric(28,12)",
                precision: 28,
                scale: 12,
                nullable: true,
                oldClrType: typeof(decimal),
                oldType: "numeric(24,12)",
                oldPrecision: 24,
                oldScale: 12,
                oldNullable: true);

            migrationBuilder.AddColumn<string>(
                name: "model",
                table: "budgets",
                type: "character varying(256)",
                maxLength: 256,
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "provider_id",
                table: "budgets",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "unit",
                table: "budgets",
                type: "character varying(40)",
                maxLength: 40,
                nullable: false,
                defaultValue: "usd");

            migrationBuilder.AlterColumn<decimal>(
                name: "unknown",
                table: "budget_amounts",
                type: "numeric(28,12)",
                precision: 28,
                scale: 12,
                nullable: false,
                oldClrType: typeof(decimal),
                oldType: "numeric(24,12)",
                oldPrecision: 24,
                oldScale: 12);

            migrationBuilder.AlterColumn<decimal>(
                name: "spent",
                table: "budget_amounts",
                type: "numeric(28,12)",
                precision: 28,
                scale: 12,
                nullable: false,
                oldClrType: typeof(decimal),
                oldType: "numeric(24,12)",
                oldPrecision: 24,
                oldScale: 12);

            migrationBuilder.AlterColumn<decimal>(
                name: "leased",
                table: "budget_amounts",
                type: "numeric(28,12)",
                precision: 28,
                scale: 12,
                nullable: false,
                oldClrType: typeof(decimal),
                oldType: "numeric(24,12)",
                oldPrecision: 24,
                oldScale: 12);

            migrationBuilder.AlterColumn<decimal>(
                name: "used_amount",
                table: "alerts",
                type: "numeric(28,12)",
                precision: 28,
                scale: 12,
                nullable: true,
                oldClrType: typeof(decimal),
                oldType: "numeric(24,12)",
                oldPrecision: 24,
                oldScale: 12,
                oldNullable: true);

            migrationBuilder.AlterColumn<decimal>(
                name: "limit_amount",
                table: "alerts",
                type: "numeric(28,12)",
                precision: 28,
                scale: 12,
                nullable: true,
                oldClrType: typeof(decimal),
                oldType: "numeric(24,12)",
                oldPrecision: 24,
                oldScale: 12,
                oldNullable: true);

            migrationBuilder.AddColumn<string>(
                name: "unit",
                table: "alerts",
                type: "character varying(40)",
                maxLength: 40,
                nullable: true);

            migrationBuilder.Script("budget_units");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                ALTER TABLE ledger_entries DROP COLUMN unresolved_tokens;
                ALTER TABLE budget_leases ALTER COLUMN granted TYPE numeric(24,12), ALTER COLUMN drained TYPE numeric(24,12);
                """);

            migrationBuilder.DropColumn(
                name: "model",
                table: "budgets");

            migrationBuilder.DropColumn(
                name: "provider_id",
                table: "budgets");

            migrationBuilder.DropColumn(
                name: "unit",
                table: "budgets");

            migrationBuilder.DropColumn(
                name: "unit",
                table: "alerts");

            migrationBuilder.AlterColumn<decimal>(
                name: "total_quota",
                table: "budgets",
                type: "numeric(24,12)",
                precision: 24,
                scale: 12,
                nullable: false,
                oldClrType: typeof(decimal),
                oldType: "numeric(28,12)",
                oldPrecision: 28,
                oldScale: 12);

            migrationBuilder.AlterColumn<decimal>(
                name: "hourly_limit",
                table: "budgets",
                type: "numeric(24,12)",
                precision: 24,
                scale: 12,
                nullable: true,
                oldClrType: typeof(decimal),
                oldType: "numeric(28,12)",
                oldPrecision: 28,
                oldScale: 12,
                oldNullable: true);

            migrationBuilder.AlterColumn<decimal>(
                name: "daily_limit",
                table: "budgets",
                type: "numeric(24,12)",
                precision: 24,
                scale: 12,
                nullable: true,
                oldClrType: typeof(decimal),
                oldType: "numeric(28,12)",
                oldPrecision: 28,
                oldScale: 12,
                oldNullable: true);

            migrationBuilder.AlterColumn<decimal>(
                name: "unknown",
                table: "budget_amounts",
                type: "numeric(24,12)",
                precision: 24,
                scale: 12,
                nullable: false,
                oldClrType: typeof(decimal),
                oldType: "numeric(28,12)",
                oldPrecision: 28,
                oldScale: 12);

            migrationBuilder.AlterColumn<decimal>(
                name: "spent",
                table: "budget_amounts",
                type: "numeric(24,12)",
                precision: 24,
                scale: 12,
                nullable: false,
                oldClrType: typeof(decimal),
                oldType: "numeric(28,12)",
                oldPrecision: 28,
                oldScale: 12);

            migrationBuilder.AlterColumn<decimal>(
                name: "leased",
                table: "budget_amounts",
                type: "numeric(24,12)",
                precision: 24,
                scale: 12,
                nullable: false,
                oldClrType: typeof(decimal),
                oldType: "numeric(28,12)",
                oldPrecision: 28,
                oldScale: 12);

            migrationBuilder.AlterColumn<decimal>(
                name: "used_amount",
                table: "alerts",
                type: "numeric(24,12)",
                precision: 24,
                scale: 12,
                nullable: true,
                oldClrType: typeof(decimal),
                oldType: "numeric(28,12)",
                oldPrecision: 28,
                oldScale: 12,
                oldNullable: true);

            migrationBuilder.AlterColumn<decimal>(
                name: "limit_amount",
                table: "alerts",
                type: "numeric(24,12)",
                precision: 24,
                scale: 12,
                nullable: true,
                oldClrType: typeof(decimal),
                oldType: "numeric(28,12)",
                oldPrecision: 28,
                oldScale: 12,
                oldNullable: true);
        }
    }
}
