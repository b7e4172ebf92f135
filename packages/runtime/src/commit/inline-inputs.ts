import type { JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { NodeRegistry } from '@tenon/core/node'
import { nodeIdOf, type ValueRef } from '@tenon/core/run'
import { createLru } from '../lru.ts'
import type { PayloadStore } from '../payloads/payload-store.ts'
import { createStoredObjects } from '../payloads/stored-objects.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { unreadableFact } from '../store/release-to-readers.ts'
import { createRunLogs } from '../store/run-logs.ts'
import { loadSession, loadSessionBefore } from './load-session.ts'
import { resolveNode } from './node-params.ts'
import { nodeTypesOf } from './node-types.ts'
import { createPlanCache } from './plan-cache.ts'
import type { RunSession } from './session.ts'
import { createValueLoader } from './value-loader.ts'

/**
 * Returns the input of one inline node run: its params with the templates resolved, evaluated again, since the log does
 * not contain them. Null if they cannot be evaluated: the node failed because of them, its type is gone, or a later version
 * has written to the log. The same for a node in an iteration that has ended.
 *
 * @param scheduledAt - Instant of its `node_scheduled`, milliseconds since the Unix epoch.
 * @param params - Params in its last `node_scheduled`, which a person gave. @defaultValue those of the document
 * @param movedIn - Turn in which the run moved to another version after that: the input is that of the version before.
 * @defaultValue it has not moved since
 */
export type InlineInputs = (
  nodeRunId: string,
  scheduledAt: number,
  params?: ValueRef,
  movedIn?: number,
) => Promise<JsonObject | null>

/** Opens one run for reading the inputs of its inline nodes; null for a run that the tenant does not have. */
export type OpenInlineInputs = (tenantId: string, runId: string) => Promise<InlineInputs | null>

/** A run that a later version has written to can be shown all the same, without these inputs. */
const UNREADABLE = 'unreadable' as const

/**
 * Creates a reader of the inputs of inline nodes, for ledgers and inspectors. Reads the log and stores nothing.
 *
 * @param payloadStore - Store of the host for large values, as the engine has it. @defaultValue none
 */
export function createInlineInputReader(
  database: RuntimeDatabase,
  registry: NodeRegistry,
  payloadStore?: PayloadStore,
): OpenInlineInputs {
  const logs = createRunLogs(database, payloadStore === undefined ? null : createStoredObjects(payloadStore))
  const plans = createPlanCache(logs)
  const values = createValueLoader(logs)
  const findType = nodeTypesOf(registry)
  return async (tenantId, runId) => {
    const ref = { tenantId, runId }
    const last = await readable(loadSession(logs, plans, ref))
    if (last === null) return null
    // By the turn of a move: the run as it was before. A few are kept, since the node runs of a version are spread over the document.
    const earlier = createLru<RunSession | typeof UNREADABLE | null>(4)
    const sessionBefore = async (turn: number) => {
      const known = earlier.get(`${turn}`)
      const session = known === undefined ? await readable(loadSessionBefore(logs, plans, ref, turn)) : known
      earlier.set(`${turn}`, session)
      return session
    }
    return async (nodeRunId, scheduledAt, params, movedIn) => {
      const session = movedIn === undefined ? last : await sessionBefore(movedIn)
      if (session === null || session === UNREADABLE) return null
      const node = session.index.nodeOf(nodeIdOf(nodeRunId))
      if (node === undefined || node.mode !== 'inline') return null
      try {
        const run = { nodeRunId, pass: 1, resume: null, params: params ?? null, scheduledAt }
        return (await resolveNode(session, node, run, findType(node), values, { mayBeSkipped: false })).params
      } catch (error) {
        if (error instanceof TenonError && error.code !== 'UNAVAILABLE') return null
        throw error
      }
    }
  }
}

/** Returns the session, or that a later version has written to the log of the run. */
async function readable(loading: Promise<RunSession | null>): Promise<RunSession | typeof UNREADABLE | null> {
  return loading.catch((error: unknown) => {
    if (unreadableFact(error) === null) throw error
    return UNREADABLE
  })
}
