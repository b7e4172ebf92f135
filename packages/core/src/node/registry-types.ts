import type { NodeManifest } from './definition.ts'
import type { AnyNodeImplementation } from './implementation.ts'

/** Frozen registry of the node types of a host, by type and version. */
export interface NodeRegistry {
  /** Returns the implementation of a node type, or `undefined` for an unknown type or version. */
  get(type: string, version: number): AnyNodeImplementation | undefined
  /** Definitions of all node types as plain data for the editor. */
  readonly manifest: NodeManifest
}
