import type { ReactNode } from 'react'
import { enDataTables } from '../messages/en/data-tables.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts about data tables, which are loaded with their parts, to the instance around. */
export function DataTableTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enDataTables}>{children}</AddedTexts>
}
