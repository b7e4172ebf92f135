import { nodeTypeKey, type WorkflowNode } from '@tenon/core/document'
import type { NodeCategory, NodeManifest, NodeManifestEntry } from '@tenon/core/node'

/** Node types of a server, indexed by type. */
export interface ManifestIndex {
  readonly manifest: NodeManifest
  /** Newest version of each type, in the order of the manifest. */
  readonly latest: readonly NodeManifestEntry[]
  /** Returns the type of a node; falls back to the newest version, so that an outdated node can be drawn. */
  readonly entryOf: (node: Pick<WorkflowNode, 'type' | 'typeVersion'>) => NodeManifestEntry | undefined
  readonly byType: (type: string) => NodeManifestEntry | undefined
}

/** Reading order of the palette. */
export const CATEGORY_ORDER: readonly NodeCategory[] = ['trigger', 'ai', 'flow', 'people', 'data', 'action']

export function createManifestIndex(manifest: NodeManifest): ManifestIndex {
  const exact = new Map<string, NodeManifestEntry>()
  const newest = new Map<string, NodeManifestEntry>()
  for (const entry of manifest.nodes) {
    exact.set(nodeTypeKey(entry.type, entry.version), entry)
    const known = newest.get(entry.type)
    if (known === undefined || known.version < entry.version) newest.set(entry.type, entry)
  }
  return {
    manifest,
    latest: [...newest.values()],
    entryOf: (node) => exact.get(nodeTypeKey(node.type, node.typeVersion)) ?? newest.get(node.type),
    byType: (type) => newest.get(type),
  }
}

export const EMPTY_MANIFEST: NodeManifest = Object.freeze({ hash: '', nodes: [] })
