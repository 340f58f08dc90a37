using System;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AiPortal.Migrations.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(PortalDb))]
    [Migration("20261122040400_AuditRetention")]
    public class AuditRetention : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "audit_retention_days",
                table: "organizations",
                type: "integer",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "audit_cuts",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    sequence = table.Column<long>(type: "bigint", nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    last_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    events = table.Column<long>(type: "bigint", nullable: false),
                    signature = table.Column<byte[]>(type: "bytea", nullable: false),
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_cuts", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_audit_events_denied",
                table: "audit_events",
                columns: new[] { "organization_id", "sequence" },
                filter: "NOT allowed");

            migrationBuilder.CreateIndex(
                name: "ix_audit_events_organization_id_action_sequence",
                table: "audit_events",
                columns: new[] { "organization_id", "action", "sequence" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_events_organization_id_actor_id_sequence",
                table: "audit_events",
                columns: new[] { "organization_id", "actor_id", "sequence" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_events_organization_id_actor_name_sequence",
                table: "audit_events",
                columns: new[] { "organization_id", "actor_name", "sequence" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_events_organization_id_created_at",
                table: "audit_events",
                columns: new[] { "organization_id", "created_at" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_events_organization_id_subject_id_sequence",
                table: "audit_events",
                columns: new[] { "organization_id", "subject_id", "sequence" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_events_organization_id_subject_name_sequence",
                table: "audit_events",
                columns: new[] { "organization_id", "subject_name", "sequence" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_events_organization_id_subject_type_sequence",
                table: "audit_events",
                columns: new[] { "organization_id", "subject_type", "sequence" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_cuts_organization_id_sequence",
                table: "audit_cuts",
                columns: new[] { "organization_id", "sequence" },
                unique: true);

            migrationBuilder.Script("audit_retention");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                DROP TRIGGER append_only ON audit_events;
                CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
                DROP FUNCTION audit_forget(uuid, bigint);
                DROP FUNCTION refuse_audit_change();
                DROP POLICY retention ON audit_events;
                DROP TABLE audit_names;
                """);
            migrationBuilder.DropTable(
                name: "audit_cuts");

            migrationBuilder.DropIndex(
                name: "ix_audit_events_denied",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "ix_audit_events_organization_id_action_sequence",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "ix_audit_events_organization_id_actor_id_sequence",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "ix_audit_events_organization_id_actor_name_sequence",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "ix_audit_events_organization_id_created_at",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "ix_audit_events_organization_id_subject_id_sequence",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "ix_audit_events_organization_id_subject_name_sequence",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "ix_audit_events_organization_id_subject_type_sequence",
                table: "audit_events");

            migrationBuilder.DropColumn(
                name: "audit_retention_days",
                table: "organizations");
        }
    }
}
