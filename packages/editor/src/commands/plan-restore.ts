import { diffDocuments } from '@tenon/core/collab'
import type { Planner } from './command.ts'

/** Plans the smallest change that makes the draft the same as a version: what others edit elsewhere stays. */
export const planRestore: Planner<'restore'> = ({ version, document: target }, { document }) => ({
  operations: diffDocuments(document, target),
  message: { key: 'versions.restored', values: { version } },
  select: [],
})
