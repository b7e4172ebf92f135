import type { RunView } from '@tenon/core/run'

/** Checks for a run that undoes what it has done, and ends after that. */
export function isUndoing({ compensation }: RunView): boolean {
  return compensation !== null && compensation.endedAt === null
}
