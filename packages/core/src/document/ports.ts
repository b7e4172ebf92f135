import { PORT_NAME_PATTERN } from '../ids.ts'
import { isJsonObject, type Json, type JsonObject } from '../json.ts'
import type { InputDefinition, NodeManifestEntry, PortDefinition, PortsFromParam } from '../node/definition.ts'
import { fillParamDefaults } from './fill-param-defaults.ts'
import type { OnError, WorkflowNode } from './types.ts'

/** Port that a node has if its policy is `route`; no definition lists it. */
export const ERROR_PORT = 'error'

/** A port that a node has with its present params, ports made from params and `error` included. */
export interface ResolvedPort {
  /** Handle that edges name in `sourceHandle`. */
  readonly name: string
  /** Label that the editor shows at the port. */
  readonly title: string
  /** Sentence that explains when a run leaves by the port. */
  readonly description?: string
  /** True for the reserved port `error`, by which a run continues after a failure. */
  readonly isError: boolean
}

type PortSource = Pick<NodeManifestEntry, 'ports' | 'policy'> & Partial<Pick<NodeManifestEntry, 'params'>>

function fromParam({ each, id, title }: PortsFromParam, params: JsonObject): ResolvedPort[] {
  const path = each.split('.').slice(1)
  const value = path.reduce<Json | undefined>((at, key) => (isJsonObject(at) ? at[key] : undefined), params)
  if (!Array.isArray(value)) return []
  return value.flatMap((item: Json) => {
    const fields = isJsonObject(item) ? item : {}
    const name = fields[id]
    if (typeof name !== 'string' || !PORT_NAME_PATTERN.test(name) || name === ERROR_PORT) return []
    const shown = fields[title]
    return [{ name, title: typeof shown === 'string' && shown !== '' ? shown : name, isError: false }]
  })
}

function fixed({ name, title, description }: PortDefinition): ResolvedPort {
  return { name, title, ...(description === undefined ? {} : { description }), isError: false }
}

/** Returns the policy for a failure of the node: its own, else that of its type, else `fail`. */
export function effectiveOnError(
  node: Pick<WorkflowNode, 'policy'>,
  entry: Pick<NodeManifestEntry, 'policy'>,
): OnError {
  return node.policy?.onError ?? entry.policy?.onError ?? 'fail'
}

/** Checks whether a node has the port `error`. */
export function hasErrorPort(node: Pick<WorkflowNode, 'policy'>, entry: Pick<NodeManifestEntry, 'policy'>): boolean {
  const onError = effectiveOnError(node, entry)
  return onError === 'route' || onError === 'park'
}

/**
 * Returns the ports of a node: those of its type, one for each item of a list in its params (or in the default of that
 * param), and `error` if its policy
 * routes failures, or parks the node, so that a person may choose that port. A duplicate name counts once.
 */
export function resolvePorts(
  node: Pick<WorkflowNode, 'params' | 'policy'>,
  entry: PortSource,
): readonly ResolvedPort[] {
  const ports = new Map<string, ResolvedPort>()
  const params = fillParamDefaults(entry.params ?? true, node.params)
  for (const port of entry.ports) {
    for (const resolved of 'each' in port ? fromParam(port, params) : [fixed(port)]) {
      if (!ports.has(resolved.name)) ports.set(resolved.name, resolved)
    }
  }
  if (hasErrorPort(node, entry)) {
    ports.set(ERROR_PORT, { name: ERROR_PORT, title: 'On error', isError: true })
  }
  return [...ports.values()]
}

/** Returns the inputs of a node type; triggers have none. */
export function resolveInputs(entry: Pick<NodeManifestEntry, 'inputs'>): readonly InputDefinition[] {
  return entry.inputs
}
