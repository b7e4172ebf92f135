import { isDeepStrictEqual } from 'node:util'
import type { ResolutionRequest } from '@tenon/core/api'
import { isJsonObject, type Json, type JsonObject, resolvePorts } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import { isTemplate } from '@tenon/core/expression'
import { maskedPaths } from '@tenon/core/mask'
import {
  checkOutput,
  checkParams,
  fillParamDefaults,
  type OutputFromParam,
  type PortsFromParam,
} from '@tenon/core/node'
import { ALL_PORTS, type ParkResolution } from '@tenon/core/run'
import { textFault } from '@tenon/core/text'
import { type FindNodeType, type NodeType, plannedConnection } from '../commit/node-types.ts'
import { type StoredValue, storeValue } from '../commit/stored-value.ts'
import { endOutcomeOf } from '../interpreter/end-outcome.ts'
import { hasPort } from '../interpreter/has-port.ts'
import type { PlanNode } from '../interpreter/plan.ts'
import type { Payload } from '../store/append.ts'
import type { StoredParked } from '../stored-waits.ts'

/** Resolution with its values, checked, in their form in the log. */
export interface CheckedResolution {
  readonly resolution: ParkResolution
  readonly payloads: readonly Payload[]
}

/**
 * Checks that a node run allows the kind of a resolution.
 *
 * @throws {@link TenonError} `RESOLUTION_REFUSED`.
 */
export function checkKind({ resolutions }: Pick<StoredParked, 'resolutions'>, { kind }: ResolutionRequest): void {
  if (resolutions.includes(kind)) return
  throw refused(`The node run cannot be resolved by "${kind}"; it allows ${resolutions.join(', ')}`)
}

/**
 * Checks the values of a resolution against the node: given params against their schema, and a supplied output against
 * that of its port.
 *
 * @throws {@link TenonError} `RESOLUTION_REFUSED`, `NODE_PARAMS_INVALID`, `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`;
 * `NODE_TYPE_UNKNOWN` if this process lacks the type of the node and has to check a value.
 */
export function checkResolution(node: PlanNode, request: ResolutionRequest, findType: FindNodeType): CheckedResolution {
  switch (request.kind) {
    case 'retry_with_params': {
      const { ref, payloads } = checkGivenParams(request.params, node, findType)
      return { resolution: { kind: 'retry_with_params', params: ref }, payloads }
    }
    case 'complete':
      return withOutput(request, node, findType(node))
    default:
      return { resolution: { kind: request.kind }, payloads: [] }
  }
}

interface RefusalOptions {
  readonly issues?: readonly ProblemIssue[]
  readonly cause?: Error
  readonly remedy?: string
}

function refused(message: string, { issues, ...options }: RefusalOptions = {}): TenonError {
  return new TenonError('RESOLUTION_REFUSED', message, {
    ...(issues === undefined ? {} : { details: { issues } }),
    ...options,
  })
}

/** Returns the error for a schema that throws instead of reporting faults, such as one with a refinement of the host. */
function schemaFailed(code: 'RESOLUTION_REFUSED' | 'NODE_PARAMS_INVALID', type: string, cause: unknown): TenonError {
  if (cause instanceof TenonError) return cause
  return new TenonError(code, `The schema of "${type}" failed for this value`, {
    cause,
    remedy: 'Check the value. If it is right, the schema of the node type needs to be corrected.',
  })
}

/** Replaces the value of a secret param while the other params are checked. */
const ANY_SECRET = 'secret'

/**
 * Checks params that a person gives for a node run, instead of those of the document or of a call.
 *
 * @throws {@link TenonError} `NODE_PARAMS_INVALID`, `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`; `NODE_TYPE_UNKNOWN` if this process
 * lacks the type of the node.
 */
export function checkGivenParams(params: JsonObject, node: PlanNode, findType: FindNodeType): StoredValue {
  const type = findType(node)
  const { implementation, secretParams } = type
  const { definition } = implementation
  const faults = [
    ...shapeFaults(params, node, type),
    ...connectionFaults(params, node, type),
    ...secretParams
      .filter((name) => Object.hasOwn(params, name))
      .map((name) => fault([name], 'Leave out secret params: those of the document are used')),
    ...maskedPaths(params as Json).map((path) => fault(path, 'Give the value itself: this one is masked')),
  ]
  if (faults.length > 0) throw paramsInvalid(definition.type, faults)
  const secrets = Object.fromEntries(secretParams.map((name) => [name, ANY_SECRET]))
  try {
    checkParams(definition, { ...params, ...secrets })
  } catch (cause) {
    const issues = cause instanceof TenonError ? (cause.details?.issues as readonly ProblemIssue[] | undefined) : null
    // The body gets the secrets of the document, which are checked when they are decrypted.
    const own = issues?.filter(({ path }) => !secretParams.includes(String(path[0])))
    if (own === undefined) throw schemaFailed('NODE_PARAMS_INVALID', definition.type, cause)
    if (own.length > 0) throw paramsInvalid(definition.type, own)
  }
  return storeValue(params)
}

/**
 * Returns faults of params that describe the exits of the node or the schema of its output: the edges and the templates
 * of the document depend on them.
 */
function shapeFaults(params: JsonObject, node: PlanNode, { implementation, paramsSchema }: NodeType) {
  const { definition } = implementation
  // No edge or template depends on a call.
  if (node.called !== undefined) return []
  const given = fillParamDefaults(paramsSchema, params)
  const own = fillParamDefaults(paramsSchema, node.params as JsonObject)
  const portNames = (port: PortsFromParam, from: JsonObject) =>
    resolvePorts({ params: from }, { ports: [port] })
      .map(({ name }) => name)
      .sort()
  const ports = definition.ports
    .filter((port) => 'each' in port)
    .filter((port) => !isDeepStrictEqual(portNames(port, given), portNames(port, own)))
    .map(({ each }) => each.split('.').slice(1))
  const schemas = Object.values(definition.outputs)
    .flatMap((output) => ('fromParam' in output ? [output] : []))
    .filter(({ fromParam }) => !isTemplateText(own[fromParam]))
    .filter(({ fromParam, as }) => !isDeepStrictEqual(shapeOf(given[fromParam], as), shapeOf(own[fromParam], as)))
    .map(({ fromParam }) => [fromParam])
  return [
    ...ports.map((path) => fault(path, 'Keep the ids of the document: the edges of the workflow leave by them')),
    ...schemas.map((path) => fault(path, 'Keep the fields of the document: later nodes read them')),
  ]
}

/** Returns a fault for another connection: those who give params may not be those who may use its account. */
function connectionFaults(params: JsonObject, node: PlanNode, type: NodeType): readonly ProblemIssue[] {
  const { connectionParam: name } = type
  if (name === null || (params[name] ?? '') === plannedConnection(node, type)) return []
  return [fault([name], 'Keep the connection of the document')]
}

function isTemplateText(param: Json | undefined): boolean {
  return typeof param === 'string' && isTemplate(param)
}

/** Returns the part of a param that later nodes depend on: a schema, or the names of the values. */
function shapeOf(param: Json | undefined, as: OutputFromParam['as']): unknown {
  if (as === 'list') return null
  return as === 'values' && isJsonObject(param) ? Object.keys(param).sort() : param
}

function fault(path: readonly (string | number)[], message: string): ProblemIssue {
  return { path, code: 'invalid_value', message }
}

function paramsInvalid(type: string, issues: readonly ProblemIssue[]): TenonError {
  const paths = issues.map(({ path }) => path.join('.') || 'params')
  const message = `Invalid params of "${type}": ${paths.join(', ')}. ${paths[0]}: ${issues[0]?.message}`
  return new TenonError('NODE_PARAMS_INVALID', message, { details: { issues } })
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
  if (!hasPort(node, port))
    throw refused(`The node has no port "${port}"`, { issues: [fault(['port'], 'Unknown port')] })
  const outcome = endOutcomeOf(node)
  if (outcome === null || textFault(outcome) !== null) {
    throw refused(
      'The outcome of this end is a template or a text that cannot be stored, so only a run of it knows it',
      {
        remedy: 'Choose "retry" or "retry_with_params" with the outcome.',
      },
    )
  }
  const params = fillParamDefaults(paramsSchema, node.params as JsonObject)
  try {
    const checked = checkOutput(implementation.definition, { port, output }, params)
    const { ref, payloads } = storeValue(checked.output)
    return { resolution: { kind: 'complete', port, output: ref }, payloads }
  } catch (cause) {
    if (!(cause instanceof TenonError)) throw schemaFailed('RESOLUTION_REFUSED', node.type, cause)
    if (cause.code !== 'NODE_OUTPUT_INVALID') throw cause
    const { issues } = cause.details ?? {}
    throw refused(cause.message, { cause, ...(Array.isArray(issues) ? { issues } : {}) })
  }
}
