/** Data tables of a tenant, without their rows. */
export interface DataTablesTable {
  readonly tenant_id: string
  readonly table_id: string
  readonly name: string
  /** JSON of the columns. */
  readonly columns: string
  readonly key_column: string | null
  readonly version: number
  /** Id that the next new row gets. */
  readonly next_row_id: number
  readonly row_count: number
  /** Bytes of the rows as JSON. */
  readonly bytes: number
  readonly created_at: number
  /** JSON of the person who has created it; null if the host did. */
  readonly created_by: string | null
}

export interface DataRowsTable {
  readonly tenant_id: string
  readonly table_id: string
  readonly row_id: number
  /** Values by column, without those that are null. Written as JSON text. */
  readonly data: string
  /** Value of the key column as text; null without one. */
  readonly key_text: string | null
  /** Bytes of the values as JSON. */
  readonly size: number
  readonly version: number
  readonly created_at: number
  readonly updated_at: number
}

export interface KeyValuesTable {
  readonly tenant_id: string
  readonly key: string
  /** The value as JSON. */
  readonly value: string
  readonly updated_at: number
}

export interface DataCompletionsTable {
  readonly tenant_id: string
  readonly run_id: string
  readonly completion_key: string
  /** Of the change, to recognize another one under the same key. */
  readonly change_hash: string
  /** Result as JSON; null only within the transaction of the change. */
  readonly result: string | null
}
