import { nodeTypeKey } from '../ids.ts'
import type { NodeManifest } from './definition.ts'
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
 * schema has no JSON Schema form.
 */
export function createNodeRegistry(implementations: readonly AnyNodeImplementation[]): NodeRegistry {
  const manifest = toManifest(implementations)
  const byKey = new Map(
    implementations.map((implementation) => [
      nodeTypeKey(implementation.definition.type, implementation.definition.version),
      implementation,
    ]),
  )
  return Object.freeze({ manifest, get: (type: string, version: number) => byKey.get(nodeTypeKey(type, version)) })
}
