import { connectionParamOf } from '../document/connection-param.ts'
import { secretParamsOf } from '../document/secret-marker.ts'
import type { NodeManifestEntry } from './definition.ts'
import { isPortsFromParam } from './definition-parts.ts'

/** The part of a manifest entry that decides if other nodes can call its nodes. */
export type CalleeType = Pick<NodeManifestEntry, 'inline' | 'control' | 'ports' | 'params' | 'tool' | 'callsFrom'>

/** Returns the reason why a node type cannot be listed in `calls`; `null` if it can. */
export function faultOfCallee(callee: CalleeType): string | null {
  const fault = faultOfShape(callee)
  if (fault !== null) return fault
  // The caller resolves the params, and a secret must not leave its own node.
  if (secretParamsOf(callee.params).length > 0) return 'it has secret params'
  // A called node has no connection: its params may come from anywhere, and an id in them would be enough to use an account.
  const connection = connectionParamOf(callee.params)
  return connection !== null && requiredParams(callee).includes(connection) ? 'it needs a connection' : null
}

/**
 * Returns the reason why a node type cannot be a tool; `null` if it can. A tool has the connection that the author has
 * chosen for it, and no secrets.
 */
export function faultOfTool(callee: CalleeType): string | null {
  if (callee.tool === undefined) return 'it is not meant for models'
  if (callee.callsFrom !== undefined) return 'it has tools itself'
  const fault = faultOfShape(callee)
  if (fault !== null) return fault
  const required = requiredParams(callee)
  return secretParamsOf(callee.params).some((param) => required.includes(param)) ? 'it needs a secret' : null
}

function faultOfShape({ inline, control, ports }: CalleeType): string | null {
  const isChild = inline && control === 'child'
  if (!isChild && (inline || control !== undefined)) return 'it has no `run` or has a `control`'
  return ports.some(isPortsFromParam) ? 'its ports depend on params' : null
}

function requiredParams({ params }: CalleeType): readonly string[] {
  const { required = [] } = params as { readonly required?: readonly string[] }
  return required
}
