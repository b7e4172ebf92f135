import { inKeyOrder, type JsonObject, type JsonSchema, secretParamsOf } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { maskParams } from '@tenon/core/mask'
import { type AnyNodeImplementation, checkParams, type Resume } from '@tenon/core/node'
import type { Fact, ValueRef } from '@tenon/core/run'
import type { PlanNode } from '../interpreter/plan.ts'
import type { Payload } from '../store/append-types.ts'
import { type StoredValue, storeValue } from './encode-output.ts'
import { failureOf } from './failure.ts'
import type { FindNodeType } from './node-types.ts'
import { resolveNode } from './resolve-params.ts'
import type { RunSession } from './run-session.ts'
import type { ValueLoader } from './value-loader.ts'

export interface DispatchRun {
  readonly session: RunSession
  readonly node: PlanNode
  readonly nodeRunId: string
  readonly pass: number
  readonly attempt: number
  readonly scheduledAt: number
  readonly resume: Resume | null
}

/** A dispatched node run before its body: ready to begin, or settled without one. */
export type PreparedNode =
  | {
      readonly kind: 'ready'
      readonly implementation: AnyNodeImplementation
      /** As zod gives them; of a node with secret params, as they are resolved. */
      readonly params: unknown
      /** The resolved params as the log shows them: with markers for secrets, and without credentials. */
      readonly input: ValueRef
      readonly payloads: readonly Payload[]
      readonly idempotencyKey: string
    }
  | { readonly kind: 'settled'; readonly fact: Fact }

/** The resolved params as the log shows them: without credentials. */
function storeShown(stored: StoredValue, schema: JsonSchema): StoredValue {
  const shown = maskParams(schema, stored.json)
  return shown === stored.json ? stored : storeValue(shown)
}

function hasSecrets(schema: JsonSchema): boolean {
  return secretParamsOf(schema).length > 0
}

/** The key that is the same on every attempt of a node run and on no other. */
export function derivedKey(session: RunSession, nodeRunId: string): string {
  return `${session.identity.runId}/${nodeRunId}`
}

/**
 * Resolves and checks what a node run needs before its body begins. Faults of templates and params are not tried
 * again: they are the same on every attempt.
 *
 * @throws {@link TenonError} `UNAVAILABLE` when the values cannot be read now.
 */
export async function prepareNode(
  run: DispatchRun,
  findType: FindNodeType,
  values: ValueLoader,
): Promise<PreparedNode> {
  const { session, node, nodeRunId, pass, attempt } = run
  try {
    const { implementation, paramsSchema } = findType(node)
    const mayBeSkipped = pass === 1 && attempt === 1
    const resolved = await resolveNode({ ...run, values }, paramsSchema, { mayBeSkipped })
    if (resolved.isSkipped) return { kind: 'settled', fact: { type: 'node_skipped', nodeRunId, data: { pass } } }
    const stored = storeValue(resolved.params)
    const { ref: input, payloads } = storeShown(stored, paramsSchema)
    // Of the copy: what a body does to its params must not reach the values of the run. Secrets are no texts yet; their
    // node is checked once they are.
    const copy = inKeyOrder(stored.json as JsonObject, node.keyOrder)
    const params = hasSecrets(paramsSchema) ? copy : checkParams(implementation.definition, copy)
    const idempotencyKey = resolved.idempotencyKey ?? derivedKey(session, nodeRunId)
    return { kind: 'ready', implementation, params, input, payloads, idempotencyKey }
  } catch (error) {
    if (error instanceof TenonError && error.code === 'UNAVAILABLE') throw error
    const data = { pass, attempt, error: failureOf(error, node.id), durationMs: 0 }
    return { kind: 'settled', fact: { type: 'node_failed', nodeRunId, data } }
  }
}
