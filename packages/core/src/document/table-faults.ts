import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'
import type { DataColumn } from '../node/data-tables.ts'

/** Columns of a data table, as far as nodes depend on them. */
export interface TableShape {
  /** Columns of the table. */
  readonly columns: readonly Pick<DataColumn, 'name' | 'isRequired'>[]
  /** Column whose values are unique; `null` without one. */
  readonly keyColumn: string | null
}

/** Fault of a node that uses a data table, which depends on the tables of the tenant. */
export interface TableFault {
  /** Path of the value in the params. */
  readonly path: readonly [string, ...(string | number)[]]
  /** Title of the param. */
  readonly param: string
  /** Fault and remedy, to be read after the title. */
  readonly fault: string
}

type Fields = Readonly<Record<string, JsonSchema>>

/** Returns the id of the data table that a node names; `null` if it names none. */
export function tableIdOf(schema: JsonSchema, params: JsonObject): string | null {
  for (const [name, field] of Object.entries(fieldsOf(schema))) {
    const value = params[name]
    if (controlOf(field) !== 'data-table' || !isJsonObject(value)) continue
    const { id } = value
    if (typeof id === 'string' && id !== '') return id
  }
  return null
}

/**
 * Checks the params of a node against its data table: the table exists, it has the columns of the params with the controls
 * `data-column` and `data-values`, and rows that are added by `data-values` alone have all values that they need.
 *
 * @param schema - Params of the node type.
 * @param params - Params of the node with the defaults of the type.
 * @param table - Table that the node names; `null` if the tenant has none with this id.
 */
export function tableFaultsOf(schema: JsonSchema, params: JsonObject, table: TableShape | null): readonly TableFault[] {
  const fields = Object.entries(fieldsOf(schema))
  if (table === null) {
    const named = fields.find(([, field]) => controlOf(field) === 'data-table')
    return named === undefined ? [] : [faultAt(named[0], named[1], [], 'choose a data table that exists')]
  }
  return fields.flatMap(([name, field]): readonly TableFault[] => {
    const value = params[name]
    switch (controlOf(field)) {
      case 'data-column':
        return unknownColumn(name, field, [], { value, table })
      case 'data-values':
        return isJsonObject(value) ? valueFaults(name, field, value, { params, table }) : []
      default:
        return Array.isArray(value) ? itemFaults(name, field, value, table) : []
    }
  })
}

interface ColumnValue {
  readonly value: Json | undefined
  readonly table: TableShape
}

function unknownColumn(
  name: string,
  field: JsonSchema,
  rest: readonly (string | number)[],
  { value, table: { columns } }: ColumnValue,
): readonly TableFault[] {
  if (typeof value !== 'string' || value === '' || columns.some((column) => column.name === value)) return []
  return [faultAt(name, field, rest, `the table has no column "${value}"`)]
}

/** Checks the columns in a list of objects, such as conditions. */
function itemFaults(name: string, field: JsonSchema, items: readonly Json[], table: TableShape): readonly TableFault[] {
  const inner = Object.entries(fieldsOf((field as { readonly items?: JsonSchema }).items ?? {}))
  const columns = inner.filter(([, part]) => controlOf(part) === 'data-column')
  return items.flatMap((item, index) =>
    isJsonObject(item)
      ? columns.flatMap(([part, schema]) =>
          unknownColumn(name, schema, [index, part], { value: item[part], table }).map((fault) => ({
            ...fault,
            param: titleOf(part, schema),
          })),
        )
      : [],
  )
}

function valueFaults(
  name: string,
  field: JsonSchema,
  values: JsonObject,
  { params, table }: { readonly params: JsonObject; readonly table: TableShape },
): readonly TableFault[] {
  const { columns, keyColumn } = table
  const unknown = Object.keys(values)
    .filter((column) => columns.every((each) => each.name !== column))
    .map((column) => faultAt(name, field, [column], `the table has no column "${column}"`))
  const { operation } = params
  if (operation === 'upsert' && keyColumn === null) {
    return [...unknown, faultAt('operation', {}, [], 'the table has no key column, by which rows could be found')]
  }
  // The list of rows has values that are known only when the node runs.
  const isComplete = (operation === 'insert' || operation === 'upsert') && params['rows'] === undefined
  if (!isComplete) return unknown
  const needed = columns.filter((column) => column.isRequired || (operation === 'upsert' && column.name === keyColumn))
  const missing = needed
    .filter((column) => (values[column.name] ?? null) === null)
    .map((column) => faultAt(name, field, [], `enter a value for the column "${column.name}", which every row needs`))
  return [...unknown, ...missing]
}

function faultAt(name: string, field: JsonSchema, rest: readonly (string | number)[], fault: string): TableFault {
  return { path: [name, ...rest], param: titleOf(name, field), fault }
}

function fieldsOf(schema: JsonSchema): Fields {
  const { properties } = schema as { readonly properties?: Fields }
  return properties ?? {}
}

function controlOf(field: JsonSchema): unknown {
  return (field as { readonly control?: unknown }).control
}

function titleOf(name: string, field: JsonSchema): string {
  const { title } = field as { readonly title?: unknown }
  return typeof title === 'string' ? title : name
}
