import { inKeyOrder, type JsonObject, type JsonSchema } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { createEvaluationContext, createPlainScope, evaluateTemplate, evaluateValue } from '@tenon/core/evaluate'
import { isTemplate } from '@tenon/core/expression'
import { maskParams } from '@tenon/core/mask'
import { type AnyNodeImplementation, type CallsResume, checkParams, type Resume } from '@tenon/core/node'
import type { Fact, NodeResume, ValueRef } from '@tenon/core/run'
import { isParamLate, paramSink } from '@tenon/core/validate'
import type { PlanNode } from '../interpreter/plan.ts'
import type { Payload } from '../store/append.ts'
import type { PassOfRun } from '../store/run-ref.ts'
import { loadCalls } from './call-values.ts'
import { failureOf } from './failure.ts'
import { loadResume } from './load-resume.ts'
import type { FindNodeType, NodeType } from './node-types.ts'
import type { RunSession } from './session.ts'
import { type StoredValue, storeValue } from './stored-value.ts'
import { loadRoots } from './template-roots.ts'
import { toolSink, withResolvedTools } from './tool-params.ts'
import type { ValueReader } from './value-loader.ts'

/** A pass of a node run whose params are to be resolved. */
export interface PassToResolve extends PassOfRun {
  /** Result of the wait that the pass follows; `null` for a first pass, and its retry after it was parked. */
  readonly resume: NodeResume | null
  /** Params that a person gave instead of those of the document; `null` without such. */
  readonly params: ValueRef | null
  /** Instant of the fact that scheduled the pass, the value of `now()`. */
  readonly scheduledAt: number
}

/** A dispatched node run before its body: ready to begin, or ended without one. */
export type PreparedNode =
  | {
      readonly kind: 'ready'
      readonly implementation: AnyNodeImplementation
      /** As zod gives them; of a node with secret params, as they are resolved. */
      readonly params: unknown
      /** Resolved params for the log: with markers for secrets, and without credentials. */
      readonly input: ValueRef
      readonly payloads: readonly Payload[]
      readonly idempotencyKey: string
      /** Result of the wait that the pass follows; `null` in a first pass. */
      readonly resume: Resume | CallsResume | null
    }
  | { readonly kind: 'ended'; readonly fact: Fact }

/** Converts the resolved params to their form in the log, without credentials. */
function storeShown(stored: StoredValue, schema: JsonSchema): StoredValue {
  const shown = maskParams(schema, stored.json)
  return shown === stored.json ? stored : storeValue(shown)
}

/**
 * Derives the idempotency key of a node run: the same on every attempt and unique otherwise. Other params, which came with
 * another version, are another call.
 */
export function derivedKey({ identity, machine }: RunSession, nodeRunId: string): string {
  const revision = machine.openNodeRun(nodeRunId)?.revision ?? null
  return `${identity.runId}/${nodeRunId}${revision === null ? '' : `/${revision.slice(0, 32)}`}`
}

/**
 * Resolves and checks the params of a node run before its body begins. Faults of templates and params are not retried,
 * since they are the same on every attempt.
 *
 * @param attempt - Number of the attempt, from 1.
 * @throws {@link TenonError} `UNAVAILABLE` if the values are temporarily unreadable.
 */
export async function prepareNode(
  session: RunSession,
  node: PlanNode,
  run: PassToResolve,
  attempt: number,
  findType: FindNodeType,
  values: ValueReader,
): Promise<PreparedNode> {
  const { nodeRunId, pass, resume } = run
  try {
    const type = findType(node)
    const mayBeSkipped = resume === null && attempt === 1
    const resolved = await resolveNode(session, node, run, type, values, { mayBeSkipped })
    if (resolved.isSkipped) return { kind: 'ended', fact: { type: 'node_skipped', nodeRunId, data: { pass } } }
    const { implementation, paramsSchema, secretParams } = type
    const stored = storeValue(resolved.params)
    const { ref: input, payloads } = storeShown(stored, paramsSchema)
    // From the copy, so that changes by a body do not affect the values of the run. Secrets are still markers; their
    // node is checked after they are decrypted.
    const copy = inKeyOrder(stored.json as JsonObject, node.keyOrder)
    const params = secretParams.length > 0 ? copy : checkParams(implementation.definition, copy)
    const idempotencyKey = resolved.idempotencyKey ?? derivedKey(session, nodeRunId)
    const isCaller = resume?.kind === 'calls'
    const loaded = isCaller ? await loadCalls(session, nodeRunId, values) : await loadResume(session, resume, values)
    return { kind: 'ready', implementation, params, input, payloads, idempotencyKey, resume: loaded }
  } catch (error) {
    if (error instanceof TenonError && error.code === 'UNAVAILABLE') throw error
    const data = { pass, attempt, error: failureOf(error, node.id), durationMs: 0 }
    return { kind: 'ended', fact: { type: 'node_failed', nodeRunId, data } }
  }
}

export interface ResolvedNode {
  readonly params: JsonObject
  readonly isSkipped: boolean
  /** Key from the policy; null for the derived one. */
  readonly idempotencyKey: string | null
}

/**
 * Resolves the templates of a node: `skipIf` first (first attempts alone), then params and the policy's key. The same
 * on every attempt, also after a crash.
 *
 * @throws {@link TenonError} as `evaluateValue`, with `param` (a path in the params) or `policy` (a field of it) in its
 * details; `UNAVAILABLE` if values are temporarily unreadable.
 */
export async function resolveNode(
  session: RunSession,
  node: PlanNode,
  run: PassToResolve,
  type: NodeType,
  values: ValueReader,
  options: { readonly mayBeSkipped: boolean },
): Promise<ResolvedNode> {
  const { nodeRunId, scheduledAt } = run
  const given = run.params === null ? null : await loadGiven(session, node, nodeRunId, type, values, run.params)
  if (given !== null && node.idempotency === null) return given
  const skipIf = options.mayBeSkipped && given === null ? node.skipIf : null
  const { idempotency } = node
  const params = node.params as JsonObject
  const { templates } = session.index
  const { resolvable, reads } = session.templates.of(node, type)
  const loading = loadRoots(session, nodeRunId, reads, values)
  const roots = loading instanceof Promise ? await loading : loading
  // Each part draws from a sequence of its own, so that leaving one out changes no other.
  const scopeOf = (part: string) => {
    const runSeed = session.beginning?.seed ?? ''
    return createPlainScope(
      roots,
      createEvaluationContext({ nowMs: scheduledAt, runSeed, nodeRunId: nodeRunId + part }),
    )
  }
  const inField = (field: 'skipIf' | 'idempotency', text: string) =>
    inPolicy(field, () => evaluateTemplate(isTemplate(text) ? templates.parse(text) : text, scopeOf(`/${field}`)))
  if (skipIf !== null && inField('skipIf', skipIf) === true) {
    return { params: {}, isSkipped: true, idempotencyKey: null }
  }
  const { toolsParam } = type
  const sinkOf = (path: readonly (string | number)[]) =>
    toolsParam !== null && path[0] === toolsParam
      ? toolSink(params[toolsParam], path, type)
      : paramSink(type.paramsSchema, params, path)
  const key = idempotency === null ? null : inField('idempotency', idempotency)
  const idempotencyKey = key === null || typeof key === 'string' ? key : JSON.stringify(key)
  if (given !== null) return { ...given, idempotencyKey }
  const resolved = evaluateValue(withoutLate(session, node, run, type, resolvable), scopeOf(''), {
    sinkOf,
    templates,
  }) as JsonObject
  const tools = toolsParam === null ? {} : { [toolsParam]: withResolvedTools(params[toolsParam], resolved[toolsParam]) }
  return {
    params: type.literalParams.size === 0 && toolsParam === null ? resolved : { ...params, ...resolved, ...tools },
    isSkipped: false,
    idempotencyKey,
  }
}

/**
 * Loads the params that a person gave, with the secrets of the document. They are another call, so that a derived
 * idempotency key contains their hash.
 */
async function loadGiven(
  session: RunSession,
  node: PlanNode,
  nodeRunId: string,
  { secretParams }: NodeType,
  values: ValueReader,
  ref: ValueRef,
): Promise<ResolvedNode> {
  const given = (await values.load(session.identity.tenantId, ref)) as JsonObject
  const own = node.params as JsonObject
  const secrets = secretParams.filter((name) => Object.hasOwn(own, name)).map((name) => [name, own[name]])
  const params = { ...given, ...(Object.fromEntries(secrets) as JsonObject) }
  // A call runs with the params that it was asked for, unless people changed them.
  if (node.called === 'as_asked') return { params, isSkipped: false, idempotencyKey: null }
  return { params, isSkipped: false, idempotencyKey: `${derivedKey(session, nodeRunId)}/${ref.hash.slice(0, 32)}` }
}

/** Returns the params to resolve in a pass: late ones are absent in the first pass, and in a loop that a break has ended. */
function withoutLate(
  { machine }: RunSession,
  { params }: PlanNode,
  { nodeRunId, resume }: PassToResolve,
  { lateParams, paramsSchema }: NodeType,
  resolvable: JsonObject,
): JsonObject {
  if (lateParams.size === 0) return resolvable
  const isFirst = resume === null
  const isStopped = !isFirst && (machine.outputs.loopOf(nodeRunId)?.stoppedAt ?? null) !== null
  if (!isFirst && !isStopped) return resolvable
  const isAbsent = (name: string) =>
    lateParams.has(name) && (isStopped || isParamLate(paramsSchema, params as JsonObject, name))
  return Object.fromEntries(Object.entries(resolvable).filter(([name]) => !isAbsent(name)))
}

/** Adds the field of the policy to the details of errors. */
function inPolicy<Value>(policy: string, evaluate: () => Value): Value {
  try {
    return evaluate()
  } catch (cause) {
    if (!(cause instanceof TenonError)) throw cause
    throw new TenonError(cause.code, cause.message, { cause, details: { ...cause.details, policy } })
  }
}
