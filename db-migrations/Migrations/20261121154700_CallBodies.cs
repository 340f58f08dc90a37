using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AiPortal.Migrations.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(PortalDb))]
    [Migration("20261121154700_CallBodies")]
    public class CallBodies : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "body_logging",
                table: "organizations",
                type: "character varying(40)",
                maxLength: 40,
                nullable: false,
                defaultValue: "off");

            migrationBuilder.AddColumn<string[]>(
                name: "body_redaction",
                table: "organizations",
                type: "text[]",
                nullable: false,
                defaultValue: new[] { "secrets", "email_addresses", "phone_and_card_numbers" });

            migrationBuilder.AddColumn<int>(
                name: "body_retention_days",
                table: "organizations",
                type: "integer",
                nullable: false,
                defaultValue: 30);

            migrationBuilder.Script("call_bodies");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TABLE call_bodies; DROP FUNCTION ensure_body_partition, drop_body_partitions;");

            migrationBuilder.DropColumn(
                name: "body_logging",
                table: "organizations");

            migrationBuilder.DropColumn(
                name: "body_redaction",
                table: "organizations");

            migrationBuilder.DropColumn(
                name: "body_retention_days",
                table: "organizations");
        }
    }
}
