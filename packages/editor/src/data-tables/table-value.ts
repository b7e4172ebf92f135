import type { DataTable } from '@tenon/core/client'
import type { Json } from '@tenon/core/document'

/** Column as a node keeps it. */
export interface ChosenColumn {
  readonly name: string
  readonly type: string
}

/** Table of a node, with the columns that it had when it was chosen. */
export interface ChosenTable {
  readonly id: string
  readonly name: string
  readonly columns: readonly ChosenColumn[]
}

/** Reads the table of a param; `null` if none is chosen. */
export function readChosenTable(value: Json | undefined): ChosenTable | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const { id, name, columns } = value as { readonly [key: string]: Json }
  if (typeof id !== 'string' || id === '') return null
  return {
    id,
    name: typeof name === 'string' ? name : '',
    columns: Array.isArray(columns) ? columns.flatMap(readColumn) : [],
  }
}

function readColumn(value: Json): readonly ChosenColumn[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  const { name, type } = value as { readonly [key: string]: Json }
  return typeof name === 'string' && typeof type === 'string' ? [{ name, type }] : []
}

/** Returns the value of the param for a table. */
export function chosenTableOf({ id, name, columns }: DataTable): Json {
  return { id, name, columns: columns.map(({ name: column, type }) => ({ name: column, type })) }
}

/** Checks whether the columns of a table are others than those that a node keeps. */
export function hasOtherColumns({ columns }: DataTable, chosen: ChosenTable): boolean {
  const text = (list: readonly ChosenColumn[]) => list.map(({ name, type }) => `${name} ${type}`).join('\n')
  return text(columns) !== text(chosen.columns)
}
