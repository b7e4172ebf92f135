import type { ResolutionRequest } from '@tenon/core/api'
import { isJsonObject, type JsonObject } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import { MASK } from '@tenon/core/mask'
import { checkOutput, checkParams, fillParamDefaults } from '@tenon/core/node'
import { ALL_PORTS, type ParkResolution } from '@tenon/core/run'
import type { FindNodeType, NodeType } from '../commit/node-types.ts'
import { storeValue } from '../commit/stored-value.ts'
import type { PlanNode } from '../interpreter/plan.ts'
import type { StoredParked } from '../run-store.ts'
import type { Payload } from '../store/append.ts'

/** Resolution that a parked node run allows, with its values in their form in the log. */
export interface CheckedResolution {
  readonly resolution: ParkResolution
  readonly payloads: readonly Payload[]
}

/**
 * Checks a resolution against the node: its kind, given params against their schema, and a supplied output against that
 * of its port.
 *
 * @throws {@link TenonError} `RESOLUTION_REFUSED`, `NODE_PARAMS_INVALID`, `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`;
 * `NODE_TYPE_UNKNOWN` if this process lacks the type of the node and has to check a value.
 */
export function checkResolution(
  parked: Pick<StoredParked, 'resolutions'>,
  node: PlanNode,
  request: ResolutionRequest,
  findType: FindNodeType,
): CheckedResolution {
  const { kind } = request
  if (!parked.resolutions.includes(kind)) {
    throw refused(`The node run cannot be resolved by "${kind}"; it allows ${parked.resolutions.join(', ')}`)
  }
  switch (request.kind) {
    case 'retry_with_params':
      return withParams(request.params, findType(node))
    case 'complete':
      return withOutput(request, node, findType(node))
    default:
      return { resolution: { kind: request.kind }, payloads: [] }
  }
}

function refused(message: string, options: { readonly issues?: readonly ProblemIssue[]; readonly cause?: Error } = {}) {
  const { issues, cause } = options
  return new TenonError('RESOLUTION_REFUSED', message, {
    ...(issues === undefined ? {} : { details: { issues } }),
    ...(cause === undefined ? {} : { cause }),
  })
}

/** Replaces the value of a secret param while the other params are checked. */
const ANY_SECRET = 'secret'

function withParams(params: JsonObject, { implementation, secretParams }: NodeType): CheckedResolution {
  const { definition } = implementation
  const faults = [
    ...secretParams
      .filter((name) => Object.hasOwn(params, name))
      .map((name) => fault([name], 'Leave out secret params: those of the document are used')),
    ...maskedIn(params, []).map((path) => fault(path, 'Give the value itself: this one is masked')),
  ]
  if (faults.length > 0) throw paramsInvalid(definition.type, faults)
  const secrets = Object.fromEntries(secretParams.map((name) => [name, ANY_SECRET]))
  try {
    checkParams(definition, { ...params, ...secrets })
  } catch (cause) {
    const issues = cause instanceof TenonError ? (cause.details?.issues as readonly ProblemIssue[] | undefined) : null
    // The body gets the secrets of the document, which are checked when they are decrypted.
    const own = issues?.filter(({ path }) => !secretParams.includes(String(path[0])))
    if (own === undefined) throw cause
    if (own.length > 0) throw paramsInvalid(definition.type, own)
  }
  const { ref, payloads } = storeValue(params)
  return { resolution: { kind: 'retry_with_params', params: ref }, payloads }
}

function fault(path: readonly (string | number)[], message: string): ProblemIssue {
  return { path, code: 'invalid_value', message }
}

function paramsInvalid(type: string, issues: readonly ProblemIssue[]): TenonError {
  const paths = issues.map(({ path }) => path.join('.') || 'params')
  const message = `Invalid params of "${type}": ${paths.join(', ')}. ${paths[0]}: ${issues[0]?.message}`
  return new TenonError('NODE_PARAMS_INVALID', message, { details: { issues } })
}

/** Returns the paths of texts that a mask has replaced, as in the params that the run view shows. */
function maskedIn(value: unknown, path: readonly (string | number)[]): readonly (readonly (string | number)[])[] {
  if (typeof value === 'string') return value.includes(MASK) ? [path] : []
  if (Array.isArray(value)) return value.flatMap((item, index) => maskedIn(item, [...path, index]))
  if (!isJsonObject(value as JsonObject)) return []
  return Object.entries(value as JsonObject).flatMap(([key, item]) => maskedIn(item, [...path, key]))
}

/** Port of a supplied output without one: the first, all of a fork; an end has none. */
function defaultPort({ control, ports }: PlanNode): string {
  return control === 'fork' ? ALL_PORTS : (ports[0] ?? 'end')
}

function withOutput(
  request: Extract<ResolutionRequest, { readonly kind: 'complete' }>,
  node: PlanNode,
  { implementation, paramsSchema }: NodeType,
): CheckedResolution {
  const { output, port = defaultPort(node) } = request
  const params = fillParamDefaults(paramsSchema, node.params as JsonObject)
  try {
    const checked = checkOutput(implementation.definition, { port, output }, params)
    const { ref, payloads } = storeValue(checked.output)
    return { resolution: { kind: 'complete', port, output: ref }, payloads }
  } catch (cause) {
    if (!(cause instanceof TenonError && cause.code === 'NODE_OUTPUT_INVALID')) throw cause
    const { issues } = cause.details ?? {}
    throw refused(cause.message, { cause, ...(Array.isArray(issues) ? { issues } : {}) })
  }
}
