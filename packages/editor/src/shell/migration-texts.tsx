import type { ReactNode } from 'react'
import { enMigration } from '../messages/en/migration.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts to move runs to another version, which are loaded with their parts, to the instance around. */
export function MigrationTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enMigration}>{children}</AddedTexts>
}
