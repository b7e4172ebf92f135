import { connectionParamOf } from '../document/connection-param.ts'
import { secretParamsOf } from '../document/secret-marker.ts'
import { TenonError } from '../errors/index.ts'
import { nodeTypeKey } from '../ids.ts'
import type { NodeDefinition, NodeManifest } from './definition.ts'
import { isPortsFromParam } from './definition-parts.ts'
import type { AnyNodeImplementation } from './implementation.ts'
import { toJsonSchema } from './json-schema-of.ts'
import { toManifest } from './manifest.ts'

/** Frozen registry of the node types of a host, by type and version. */
export interface NodeRegistry {
  /** Returns the implementation of a node type, or `undefined` for an unknown type or version. */
  get(type: string, version: number): AnyNodeImplementation | undefined
  /** Definitions of all node types as plain data for the editor. */
  readonly manifest: NodeManifest
}

/**
 * Creates the frozen registry of the node types of a host.
 *
 * Several versions of a type may be registered: old runs keep theirs.
 *
 * @throws {@link TenonError} `NODE_TYPE_DUPLICATE` for a duplicate type and version; `NODE_DEFINITION_INVALID` if a
 * schema has no JSON Schema form, or if a type in `calls` is missing or cannot be called.
 */
export function createNodeRegistry(implementations: readonly AnyNodeImplementation[]): NodeRegistry {
  const manifest = toManifest(implementations)
  const byKey = new Map(
    implementations.map((implementation) => [
      nodeTypeKey(implementation.definition.type, implementation.definition.version),
      implementation,
    ]),
  )
  for (const { definition } of implementations) checkCallees(definition, byKey)
  return Object.freeze({ manifest, get: (type: string, version: number) => byKey.get(nodeTypeKey(type, version)) })
}

/** Refuses a node type whose calls this registry cannot serve. */
function checkCallees({ type, calls = [] }: NodeDefinition, byKey: ReadonlyMap<string, AnyNodeImplementation>): void {
  for (const [index, callee] of calls.entries()) {
    const called = byKey.get(nodeTypeKey(callee.type, callee.version))?.definition
    const why = called === undefined ? 'it is not registered' : faultOfCallee(called)
    if (why === null) continue
    const field = `calls.${index}`
    const name = `"${callee.type}" version ${callee.version}`
    throw new TenonError('NODE_DEFINITION_INVALID', `Node type "${type}", ${field}: ${name} cannot be called: ${why}`, {
      details: { type, field },
    })
  }
}

/** Returns the reason why a node type cannot be called; `null` if it can. */
function faultOfCallee(definition: NodeDefinition): string | null {
  const { inline, control, ports, params } = definition
  const isChild = inline === true && control === 'child'
  if (!isChild && (inline === true || control !== undefined)) return 'it has no `run` or has a `control`'
  if (ports.some(isPortsFromParam)) return 'its ports depend on params'
  // The caller resolves the params, and a secret must not leave its own node.
  const schema = toJsonSchema(definition, 'params', params, 'input')
  if (secretParamsOf(schema).length > 0) return 'it has secret params'
  // A called node has no connection: its params may come from anywhere, and an id in them would be enough to use an account.
  const connection = connectionParamOf(schema)
  const { required = [] } = schema as { readonly required?: readonly string[] }
  return connection !== null && required.includes(connection) ? 'it needs a connection' : null
}
