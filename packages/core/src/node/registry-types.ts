import type { NodeManifest } from './definition.ts'
import type { AnyNodeImplementation } from './implementation.ts'

/** The node types of a host: frozen, looked up by type and version. */
export interface NodeRegistry {
  get(type: string, version: number): AnyNodeImplementation | undefined
  readonly manifest: NodeManifest
}
