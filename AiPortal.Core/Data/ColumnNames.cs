using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace AiPortal.Core.Data;

/// <summary>snake_case columns, keys and indexes; enums stored as snake_case words.</summary>
internal static class ColumnNames
{
    public static void Apply(IMutableEntityType entity)
    {
        foreach (var property in entity.GetProperties())
        {
            property.SetColumnName(Snake(property.Name));
            var type = Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType;
            if (type.IsEnum && property.GetValueConverter() is null)
            {
                property.SetValueConverter((ValueConverter)Activator.CreateInstance(typeof(EnumWords<>).MakeGenericType(type))!);
                property.SetMaxLength(40);
            }
        }

        foreach (var key in entity.GetKeys()) key.SetName(Snake(key.GetName()!));
        foreach (var index in entity.GetIndexes()) index.SetDatabaseName(Snake(index.GetDatabaseName()!));
        foreach (var foreign in entity.GetForeignKeys()) foreign.SetConstraintName(Snake(foreign.GetConstraintName()!));
    }

    public static string Snake(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name).Replace("__", "_", StringComparison.Ordinal);

    private sealed class EnumWords<T>() : ValueConverter<T, string>(
        value => EnumWord.Of(value), word => EnumWord.Parse<T>(word))
        where T : struct, Enum;
}
