import { canonicalDocument } from './canonical-document.ts'
import { canonicalText } from './canonical-json.ts'
import { createSha256Hex, type RuntimeGlobals } from './sha256.ts'
import type { WorkflowDocument } from './types.ts'

const platformHash = createSha256Hex(globalThis as RuntimeGlobals)

/** Returns the SHA-256 of a text in UTF-8 as 64 hex digits; synchronous, the same in every runtime. */
export function sha256Hex(text: string): string {
  return platformHash(text)
}

/** Hashes everything that a document holds: two drafts with the same content hash look and run the same. */
export function contentHash(document: WorkflowDocument): string {
  return sha256Hex(canonicalText(canonicalDocument(document)))
}

/**
 * Hashes the parts of a document that affect a run. Position, size, notes, annotations and bend points do not count, so
 * moving a card does not change the plan.
 */
export function behaviorHash(document: WorkflowDocument): string {
  const { nodes, edges, annotations, ...rest } = canonicalDocument(document)
  return sha256Hex(
    canonicalText({
      ...rest,
      nodes: nodes.map(({ position, size, notes, ...node }) => node),
      edges: edges.map(({ points, ...edge }) => edge),
    }),
  )
}
