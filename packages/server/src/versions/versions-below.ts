import { setImmediate } from 'node:timers/promises'
import type { TenantId, WorkflowId } from '@tenon/core/document'
import { MAX_RUN_DEPTH } from '@tenon/core/run'
import type { PinnedWorkflow } from '@tenon/runtime/interpreter'
import type { ServerContext } from '../context.ts'
import type { DraftRef } from '../tables/draft-repository.ts'
import { readLockfiles } from '../tables/version-repository.ts'

/** Lockfiles that one transaction reads, and that are parsed without a pause. */
const BATCH = 50

/** A published version of a workflow. */
export interface VersionRef {
  readonly workflowId: WorkflowId
  /** Number of the version. */
  readonly version: string
}

/** The versions that runs of a version start, directly and through others. */
export interface VersionsBelow {
  /** Number of versions in the longest chain that starts with the version; from 1. */
  readonly levels: number
  /** Workflows from the version to an earlier one of the draft's workflow, both included; `null` without one. */
  readonly wayBack: readonly WorkflowId[] | null
}

/**
 * Reads the versions below several published ones, each version once, however many refer to it.
 *
 * @returns A lookup for the given versions, and those below them.
 */
export async function readVersionsBelow(
  { database }: Pick<ServerContext, 'database'>,
  { tenantId, workflowId: own }: DraftRef,
  roots: readonly VersionRef[],
): Promise<(ref: VersionRef) => VersionsBelow> {
  const references = await readReferences(database, tenantId, { own, roots })
  const known = new Map<string, VersionsBelow>()
  // Versions refer to earlier ones only, so this ends.
  const versionsBelow = (ref: VersionRef): VersionsBelow => {
    const key = keyOf(ref)
    const found = known.get(key)
    if (found !== undefined) return found
    let [levels, wayBack]: [number, readonly WorkflowId[] | null] = [1, null]
    for (const next of references.get(key) ?? []) {
      if (next.workflowId === own) {
        wayBack = [ref.workflowId, own]
        continue
      }
      const below = versionsBelow(next)
      levels = Math.max(levels, 1 + below.levels)
      if (below.wayBack !== null) wayBack ??= [ref.workflowId, ...below.wayBack]
    }
    known.set(key, { levels, wayBack })
    return { levels, wayBack }
  }
  return versionsBelow
}

/** Reads the references of versions, level by level, down to the first level that is too deep. */
async function readReferences(
  database: ServerContext['database'],
  tenantId: TenantId,
  { own, roots }: { readonly own: WorkflowId; readonly roots: readonly VersionRef[] },
): Promise<ReadonlyMap<string, readonly VersionRef[]>> {
  const references = new Map<string, readonly VersionRef[]>()
  let level = roots
  for (let depth = 1; level.length > 0 && depth <= MAX_RUN_DEPTH; depth += 1) {
    const next = new Map<string, VersionRef>()
    for (let from = 0; from < level.length; from += BATCH) {
      const batch = level.slice(from, from + BATCH)
      const rows = await database.withTenant(tenantId, (tx) => readLockfiles(tx, tenantId, batch))
      for (const row of rows) {
        const found = referencesIn(row.lockfile)
        references.set(keyOf({ workflowId: row.workflow_id, version: row.version }), found)
        for (const ref of found) if (ref.workflowId !== own) next.set(keyOf(ref), ref)
      }
      await setImmediate()
    }
    level = [...next].filter(([key]) => !references.has(key)).map(([, ref]) => ref)
  }
  return references
}

const keyOf = ({ workflowId, version }: VersionRef): string => JSON.stringify([workflowId, version])

function referencesIn(lockfile: string): readonly VersionRef[] {
  const { workflows = {} } = JSON.parse(lockfile) as { readonly workflows?: Readonly<Record<string, PinnedWorkflow>> }
  return Object.entries(workflows).map(([workflowId, { version }]) => ({ workflowId, version }))
}
