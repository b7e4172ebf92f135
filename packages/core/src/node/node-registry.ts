import { TenonError } from '../errors/index.ts'
import { nodeTypeKey } from '../ids.ts'
import { faultOfCallee } from './callees.ts'
import type { NodeManifest, NodeManifestEntry } from './definition.ts'
import type { AnyNodeImplementation } from './implementation.ts'
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
  const entries = new Map(manifest.nodes.map((entry) => [nodeTypeKey(entry.type, entry.version), entry]))
  for (const entry of manifest.nodes) checkCallees(entry, entries)
  return Object.freeze({ manifest, get: (type: string, version: number) => byKey.get(nodeTypeKey(type, version)) })
}

/** Refuses a node type whose calls this registry cannot serve. */
function checkCallees({ type, calls = [] }: NodeManifestEntry, entries: ReadonlyMap<string, NodeManifestEntry>): void {
  for (const [index, callee] of calls.entries()) {
    const called = entries.get(nodeTypeKey(callee.type, callee.version))
    const why = called === undefined ? 'it is not registered' : faultOfCallee(called)
    if (why === null) continue
    const field = `calls.${index}`
    const name = `"${callee.type}" version ${callee.version}`
    throw new TenonError('NODE_DEFINITION_INVALID', `Node type "${type}", ${field}: ${name} cannot be called: ${why}`, {
      details: { type, field },
    })
  }
}
