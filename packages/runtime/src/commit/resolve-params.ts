import { isJsonObject, type JsonObject, type JsonSchema } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { createEvaluationContext, createPlainScope, evaluateTemplate, evaluateValue } from '@tenon/core/evaluate'
import { isTemplate } from '@tenon/core/expression'
import { paramSink } from '@tenon/core/validate'
import type { PlanNode } from '../interpreter/plan.ts'
import { buildScope } from './build-scope.ts'
import type { RunSession } from './run-session.ts'
import { readsIn, templatesIn } from './templates.ts'
import type { ValueLoader } from './value-loader.ts'

/** The node run whose templates are resolved. */
export interface ResolvePlace {
  readonly session: RunSession
  readonly node: PlanNode
  readonly nodeRunId: string
  /** Instant of the fact that scheduled the pass: what `now()` gives. */
  readonly scheduledAt: number
  readonly values: ValueLoader
}

export interface ResolvedNode {
  readonly params: JsonObject
  readonly isSkipped: boolean
  /** What the policy's own key gives, or null for the derived one. */
  readonly idempotencyKey: string | null
}

/**
 * Resolves the templates of a node: `skipIf` first (first attempts alone), then params and the policy's key. The same
 * on every attempt, also after a crash.
 *
 * @param schema - Params schema of the manifest: params that are `literal` there stay as they are.
 * @throws {@link TenonError} as `evaluateValue`, with `param` (a path in the params) or `policy` (a field of it) in its details; `UNAVAILABLE` when values cannot be
 * read now.
 */
export async function resolveNode(
  place: ResolvePlace,
  schema: JsonSchema,
  options: { readonly mayBeSkipped: boolean },
): Promise<ResolvedNode> {
  const { session, node, nodeRunId, scheduledAt, values } = place
  const skipIf = options.mayBeSkipped ? node.skipIf : null
  const { idempotency } = node
  const params = node.params as JsonObject
  const literal = literalParams(schema)
  const resolvable = Object.fromEntries(Object.entries(params).filter(([name]) => !literal.has(name)))
  const { templates } = session.index
  const reads = readsIn(templatesIn([skipIf, node.idempotency, resolvable]), templates)
  const roots = await buildScope(session, nodeRunId, reads, values)
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

/** Names the field of the policy in the details of what it throws. */
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
