using System;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AiPortal.Migrations.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(PortalDb))]
    [Migration("20261121124500_PriceTerms")]
    public class PriceTerms : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "details",
                table: "prices",
                type: "jsonb",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "exchange_rates",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    usd_per_unit = table.Column<decimal>(type: "numeric(24,12)", precision: 24, scale: 12, nullable: false),
                    effective_from = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    source = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: true),
                    author_id = table.Column<Guid>(type: "uuid", nullable: true),
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_exchange_rates", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "price_discounts",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    provider_id = table.Column<Guid>(type: "uuid", nullable: true),
                    vendor = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    model_name = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    percent = table.Column<decimal>(type: "numeric(24,12)", precision: 24, scale: 12, nullable: false),
                    effective_from = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    effective_to = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    source = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: true),
                    author_id = table.Column<Guid>(type: "uuid", nullable: true),
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_price_discounts", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_exchange_rates_organization_id_currency_effective_from",
                table: "exchange_rates",
                columns: new[] { "organization_id", "currency", "effective_from" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_price_discounts_organization_id_vendor",
                table: "price_discounts",
                columns: new[] { "organization_id", "vendor" });

            migrationBuilder.Sql("ALTER TABLE ledger_entries ADD COLUMN usage_detail jsonb, ADD COLUMN cost_detail jsonb;");
            migrationBuilder.Sql("SELECT portal_raise_walls();");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("ALTER TABLE ledger_entries DROP COLUMN usage_detail, DROP COLUMN cost_detail;");

            migrationBuilder.DropTable(
                name: "exchange_rates");

            migrationBuilder.DropTable(
                name: "price_discounts");

            migrationBuilder.DropColumn(
                name: "details",
                table: "prices");
        }
    }
}
