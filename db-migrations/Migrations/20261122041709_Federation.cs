using System;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AiPortal.Migrations.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(PortalDb))]
    [Migration("20261122041709_Federation")]
    public class Federation : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid>(
                name: "confined_to",
                table: "sessions",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "second_factor_trusted",
                table: "sessions",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<Guid>(
                name: "source_id",
                table: "sessions",
                type: "uuid",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "directory_attempts",
                columns: table => new
                {
                    name = table.Column<byte[]>(type: "bytea", nullable: false),
                    failures = table.Column<int>(type: "integer", nullable: false),
                    locked_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_directory_attempts", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "identity_providers",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    enabled = table.Column<bool>(type: "boolean", nullable: false),
                    issuer = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    authorization_endpoint = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    token_endpoint = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    user_info_endpoint = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    client_id = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    client_secret_cipher = table.Column<byte[]>(type: "bytea", nullable: true),
                    scopes = table.Column<string[]>(type: "text[]", nullable: false),
                    allow_private = table.Column<bool>(type: "boolean", nullable: false),
                    domains = table.Column<string[]>(type: "text[]", nullable: false),
                    new_role = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    trust_second_factor = table.Column<bool>(type: "boolean", nullable: false),
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_identity_providers", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "ldap_directories",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    enabled = table.Column<bool>(type: "boolean", nullable: false),
                    host = table.Column<string>(type: "character varying(253)", maxLength: 253, nullable: false),
                    port = table.Column<int>(type: "integer", nullable: false),
                    security = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ca_certificates = table.Column<string>(type: "character varying(65536)", maxLength: 65536, nullable: true),
                    allow_private = table.Column<bool>(type: "boolean", nullable: false),
                    base_dn = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    bind_dn = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    bind_secret_cipher = table.Column<byte[]>(type: "bytea", nullable: true),
                    user_filter = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    mail_attribute = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    name_attribute = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    id_attribute = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    group_filter = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    domains = table.Column<string[]>(type: "text[]", nullable: false),
                    groups = table.Column<string>(type: "jsonb", nullable: false),
                    default_role = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    create_members = table.Column<bool>(type: "boolean", nullable: false),
                    local_passwords = table.Column<bool>(type: "boolean", nullable: false),
                    timeout_seconds = table.Column<int>(type: "integer", nullable: false),
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_ldap_directories", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_sessions_source_id",
                table: "sessions",
                column: "source_id",
                filter: "source_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_directory_attempts_last_at",
                table: "directory_attempts",
                column: "last_at");

            migrationBuilder.CreateIndex(
                name: "ix_identity_providers_organization_id_name",
                table: "identity_providers",
                columns: new[] { "organization_id", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_ldap_directories_organization_id",
                table: "ldap_directories",
                column: "organization_id",
                unique: true);
            migrationBuilder.Sql("SELECT portal_raise_walls();");
            migrationBuilder.Sql("GRANT SELECT, INSERT, UPDATE, DELETE ON directory_attempts TO portal_system;");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "directory_attempts");

            migrationBuilder.DropTable(
                name: "identity_providers");

            migrationBuilder.DropTable(
                name: "ldap_directories");

            migrationBuilder.DropIndex(
                name: "ix_sessions_source_id",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "confined_to",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "second_factor_trusted",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "source_id",
                table: "sessions");
        }
    }
}
