import type { Run } from '@tenon/core/client'

/** Name of an engine that executes runs. */
export type RunEngineName = Run['engine']

/** Returns the other engines of the server that could execute a run; none for one that has ended or has not begun. */
export function otherEnginesOf(run: Run | null): readonly RunEngineName[] {
  return run !== null && 'otherEngines' in run ? (run.otherEngines ?? []) : []
}
