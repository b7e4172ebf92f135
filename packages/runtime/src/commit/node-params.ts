import {
  inKeyOrder,
  isJsonObject,
  isoInstant,
  type Json,
  type JsonObject,
  type JsonSchema,
  secretParamsOf,
} from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { createEvaluationContext, createPlainScope, evaluateTemplate, evaluateValue } from '@tenon/core/evaluate'
import { isTemplate, type TemplateTable } from '@tenon/core/expression'
import { maskParams } from '@tenon/core/mask'
import { type AnyNodeImplementation, checkParams, type Resume } from '@tenon/core/node'
import type { Fact, ValueRef } from '@tenon/core/run'
import { paramSink } from '@tenon/core/validate'
import type { PlanNode } from '../interpreter/plan.ts'
import type { InputView } from '../interpreter/run-outputs.ts'
import type { Payload } from '../store/append.ts'
import type { PassOfRun } from '../store/run-ref.ts'
import { failureOf } from './failure.ts'
import type { FindNodeType } from './node-types.ts'
import type { RunSession } from './session.ts'
import { type StoredValue, storeValue } from './stored-value.ts'
import type { ValueLoader } from './value-loader.ts'

/** An attempt of a dispatched node run to begin. */
interface NodeToPrepare extends PassOfRun {
  readonly session: RunSession
  readonly node: PlanNode
  readonly attempt: number
  readonly scheduledAt: number
  readonly resume: Resume | null
}

/** A dispatched node run before its body: ready to begin, or ended without one. */
type PreparedNode =
  | {
      readonly kind: 'ready'
      readonly implementation: AnyNodeImplementation
      /** As zod gives them; of a node with secret params, as they are resolved. */
      readonly params: unknown
      /** Resolved params for the log: with markers for secrets, and without credentials. */
      readonly input: ValueRef
      readonly payloads: readonly Payload[]
      readonly idempotencyKey: string
    }
  | { readonly kind: 'ended'; readonly fact: Fact }

/** Converts the resolved params to their form in the log, without credentials. */
function storeShown(stored: StoredValue, schema: JsonSchema): StoredValue {
  const shown = maskParams(schema, stored.json)
  return shown === stored.json ? stored : storeValue(shown)
}

function hasSecrets(schema: JsonSchema): boolean {
  return secretParamsOf(schema).length > 0
}

/** Derives the idempotency key of a node run: the same on every attempt and unique otherwise. */
export function derivedKey(session: RunSession, nodeRunId: string): string {
  return `${session.identity.runId}/${nodeRunId}`
}

/**
 * Resolves and checks the params of a node run before its body begins. Faults of templates and params are not retried,
 * since they are the same on every attempt.
 *
 * @throws {@link TenonError} `UNAVAILABLE` if the values are temporarily unreadable.
 */
export async function prepareNode(
  run: NodeToPrepare,
  findType: FindNodeType,
  values: ValueLoader,
): Promise<PreparedNode> {
  const { session, node, nodeRunId, pass, attempt } = run
  try {
    const { implementation, paramsSchema } = findType(node)
    const mayBeSkipped = pass === 1 && attempt === 1
    const resolved = await resolveNode({ ...run, values }, paramsSchema, { mayBeSkipped })
    if (resolved.isSkipped) return { kind: 'ended', fact: { type: 'node_skipped', nodeRunId, data: { pass } } }
    const stored = storeValue(resolved.params)
    const { ref: input, payloads } = storeShown(stored, paramsSchema)
    // From the copy, so that changes by a body do not affect the values of the run. Secrets are still markers; their
    // node is checked after they are decrypted.
    const copy = inKeyOrder(stored.json as JsonObject, node.keyOrder)
    const params = hasSecrets(paramsSchema) ? copy : checkParams(implementation.definition, copy)
    const idempotencyKey = resolved.idempotencyKey ?? derivedKey(session, nodeRunId)
    return { kind: 'ready', implementation, params, input, payloads, idempotencyKey }
  } catch (error) {
    if (error instanceof TenonError && error.code === 'UNAVAILABLE') throw error
    const data = { pass, attempt, error: failureOf(error, node.id), durationMs: 0 }
    return { kind: 'ended', fact: { type: 'node_failed', nodeRunId, data } }
  }
}

/** A node run with templates to resolve. */
interface NodeToResolve {
  readonly session: RunSession
  readonly node: PlanNode
  readonly nodeRunId: string
  /** Instant of the fact that scheduled the pass, the value of `now()`. */
  readonly scheduledAt: number
  readonly values: ValueLoader
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
 * @param schema - Params schema of the manifest: `literal` params are not resolved.
 * @throws {@link TenonError} as `evaluateValue`, with `param` (a path in the params) or `policy` (a field of it) in its
 * details; `UNAVAILABLE` if values are temporarily unreadable.
 */
export async function resolveNode(
  run: NodeToResolve,
  schema: JsonSchema,
  options: { readonly mayBeSkipped: boolean },
): Promise<ResolvedNode> {
  const { session, node, nodeRunId, scheduledAt, values } = run
  const skipIf = options.mayBeSkipped ? node.skipIf : null
  const { idempotency } = node
  const params = node.params as JsonObject
  const literal = literalParams(schema)
  const resolvable = Object.fromEntries(Object.entries(params).filter(([name]) => !literal.has(name)))
  const { templates } = session.index
  const reads = readsIn(templatesIn([skipIf, node.idempotency, resolvable]), templates)
  const roots = await loadRoots(session, nodeRunId, reads, values)
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
  const sinkOf = (path: readonly (string | number)[]) => paramSink(schema, params, path)
  const resolved = evaluateValue(resolvable, scopeOf(''), { sinkOf, templates }) as JsonObject
  const key = idempotency === null ? null : inField('idempotency', idempotency)
  return {
    params: { ...params, ...resolved },
    isSkipped: false,
    idempotencyKey: key === null || typeof key === 'string' ? key : JSON.stringify(key),
  }
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

function literalParams(schema: JsonSchema): ReadonlySet<string> {
  const properties = isJsonObject(schema) && isJsonObject(schema.properties) ? schema.properties : {}
  const isLiteral = (property: unknown) => typeof property === 'object' && property !== null && 'literal' in property
  return new Set(Object.keys(properties).filter((name) => isLiteral(properties[name])))
}

type MutableObject = { [key: string]: Json }

/** Values that the templates of one node run read, by root: `input`, `nodes`, `trigger`, `error`, `vars`, `run`. */
type TemplateRoots = Readonly<Record<string, Json>>

/**
 * Loads only the values that the templates of a node run read: of `input` only the named keys, unless a template reads
 * all of it.
 */
async function loadRoots(
  session: RunSession,
  nodeRunId: string,
  reads: readonly ReadPath[],
  values: ValueLoader,
): Promise<TemplateRoots> {
  const { identity, plan, beginning, machine } = session
  const view = machine.outputs.inputView(nodeRunId)
  const load = (ref: Parameters<ValueLoader['load']>[1]) => values.load(identity.tenantId, ref)
  const roots: MutableObject = {
    vars: plan.variables as JsonObject,
    run: {
      id: identity.runId,
      workflowId: identity.workflowId,
      version: identity.version,
      startedAt: isoInstant(beginning?.startedAt ?? 0),
    },
  }
  const readsOf = (root: string) => reads.filter((path) => path[0] === root)
  if (readsOf('input').length > 0) roots.input = await buildInput(view, readsOf('input'), load)
  if (readsOf('nodes').length > 0) roots.nodes = await buildNodes(session, view, readsOf('nodes'), load)
  if (readsOf('trigger').length > 0) roots.trigger = beginning === null ? null : await load(beginning.input)
  if (readsOf('error').length > 0) {
    const failure = view.error()
    if (failure !== null) roots.error = await load(failure.output)
  }
  return roots
}

type Load = (ref: Parameters<ValueLoader['load']>[1]) => Promise<Json>

async function buildInput(view: InputView, reads: readonly ReadPath[], load: Load): Promise<Json> {
  const input: MutableObject = {}
  const keys = reads.map((path) => path[1])
  if (keys.some((key) => typeof key !== 'string')) {
    for (const { output } of view.owners()) {
      const value = await load(output)
      if (isJsonObject(value)) Object.assign(input, value)
    }
    return input
  }
  for (const key of new Set(keys as readonly string[])) {
    const owner = view.ownerOf(key)
    const value = owner === null ? null : await load(owner.output)
    if (isJsonObject(value ?? undefined) && value !== null) {
      const member = (value as JsonObject)[key]
      if (member !== undefined) input[key] = member
    }
  }
  return input
}

async function buildNodes(
  { plan }: RunSession,
  view: InputView,
  reads: readonly ReadPath[],
  load: Load,
): Promise<Json> {
  const named = reads.map((path) => path[1])
  const isWhole = named.some((nodeId) => typeof nodeId !== 'string')
  const nodeIds = isWhole ? plan.nodes.map(({ id }) => id) : (named as readonly string[])
  const nodes: MutableObject = {}
  for (const nodeId of new Set(nodeIds)) {
    const owned = view.outputOf(nodeId)
    if (owned !== null) nodes[nodeId] = { output: await load(owned.output) }
  }
  return nodes
}

/** Path that a template reads, root first; it ends before the first part that is only known at run time. */
type ReadPath = readonly [root: string, ...path: (string | number)[]]

/** Returns the templates within a value, at any depth. */
export function templatesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return isTemplate(value) ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(templatesIn)
}

/**
 * Returns the paths that templates read; a superset, since branches that are not taken are included.
 *
 * @throws {@link TenonError} `EXPRESSION_SYNTAX`, `EXPRESSION_LIMIT`.
 */
export function readsIn(templates: readonly string[], table: TemplateTable): readonly ReadPath[] {
  return templates.flatMap((template) =>
    table.analyze(template).reads.map(({ root, path }): ReadPath => [root, ...path]),
  )
}
