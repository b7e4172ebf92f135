import type { NodeId } from '@tenon/core/document'
import type { EditorSession } from '../session/editor-session.ts'
import type { CompletionAnswer } from './field-types.ts'

/** Completion for one node's fields: what its upstream nodes give, and the functions. */
export function createCompleter(
  _session: EditorSession,
  _nodeId: NodeId,
): (text: string, offset: number) => Promise<CompletionAnswer | null> {
  return async () => null
}
