import { z } from 'zod'
import { COLUMN_NAME_PATTERN, COLUMN_TYPES, DATA_OPERATORS, ROW_FIELDS } from '../../node/data-tables.ts'
import { instantSchema, jsonObjectSchema, jsonSchema, pageQuery, textSchema } from './common.ts'

const MAX_COLUMNS = 100
const MAX_CONDITIONS = 20
const MAX_NAME = 100
const MAX_KEY = 200

const tableNameSchema = textSchema(MAX_NAME).refine((name) => name.trim() !== '', { error: 'Must not be empty' })

const columnNameSchema = z
  .string()
  .regex(COLUMN_NAME_PATTERN, 'Must begin with a letter, then letters, digits and _; at most 63 characters')
  .refine((name) => !ROW_FIELDS.some((field) => field === name), { error: `Every row has ${ROW_FIELDS.join(', ')}` })

const columnSchema = z
  .strictObject({ name: columnNameSchema, type: z.enum(COLUMN_TYPES), isRequired: z.boolean() })
  .meta({ id: 'DataColumn' })

const columnsSchema = z
  .array(columnSchema)
  .min(1)
  .max(MAX_COLUMNS)
  .refine((columns) => new Set(columns.map(({ name }) => name)).size === columns.length, {
    error: 'Two columns have the same name',
  })
  .readonly()

const rowIdSchema = z.int().min(1)
const versionSchema = z.int().min(1)

export const dataTableSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    columns: z.array(columnSchema).readonly(),
    keyColumn: z.string().nullable(),
    rowCount: z.int(),
    rowLimit: z.int(),
    bytes: z.int(),
    version: versionSchema,
    createdAt: instantSchema,
    createdBy: z.strictObject({ userId: z.string(), displayName: z.string() }).nullable(),
  })
  .meta({ id: 'DataTable' })

export const createDataTableSchema = z
  .strictObject({ name: tableNameSchema, columns: columnsSchema, keyColumn: columnNameSchema.exactOptional() })
  .meta({ id: 'CreateDataTable' })

export const updateDataTableSchema = z
  .strictObject({
    version: versionSchema,
    name: tableNameSchema.exactOptional(),
    columns: columnsSchema.exactOptional(),
  })
  .meta({ id: 'UpdateDataTable' })

export const dataRowSchema = z
  .strictObject({
    id: rowIdSchema,
    values: jsonObjectSchema,
    version: versionSchema,
    createdAt: instantSchema,
    updatedAt: instantSchema,
  })
  .meta({ id: 'DataRow' })

const conditionSchema = z.strictObject({
  column: z.string().max(MAX_NAME),
  operator: z.enum(DATA_OPERATORS),
  value: jsonSchema.exactOptional(),
})

/** Rows are listed by a POST: their conditions may be long, and contain data that no log of URLs should have. */
export const listDataRowsSchema = z
  .strictObject({
    where: z.array(conditionSchema).max(MAX_CONDITIONS).readonly().exactOptional(),
    sort: z.string().max(MAX_NAME).exactOptional(),
    direction: z.enum(['asc', 'desc']).exactOptional(),
    cursor: z.string().max(4_000).exactOptional(),
    limit: z.int().min(1).max(200).exactOptional(),
  })
  .meta({ id: 'ListDataRows' })

export const createDataRowSchema = z.strictObject({ values: jsonObjectSchema }).meta({ id: 'CreateDataRow' })

export const updateDataRowSchema = z
  .strictObject({ values: jsonObjectSchema, version: versionSchema.exactOptional() })
  .meta({ id: 'UpdateDataRow' })

export const keyValueEntrySchema = z
  .strictObject({ key: z.string(), value: jsonSchema, updatedAt: instantSchema })
  .meta({ id: 'KeyValueEntry' })

const keySchema = textSchema(MAX_KEY).min(1)
export const oneKeyQuery = z.object({ key: keySchema })
export const keyValueQuery = z.object({ ...pageQuery, prefix: textSchema(MAX_KEY).exactOptional() })
export const setKeyValueSchema = z.strictObject({ key: keySchema, value: jsonSchema }).meta({ id: 'SetKeyValue' })
