import type { WorkflowNode } from '@tenon/core/document'
import type { EditorState } from '../store/editor-state.ts'

/** Returns the enabled schedules of a draft. */
export function schedulesOf({
  document,
  manifest,
}: Pick<EditorState, 'document' | 'manifest'>): readonly WorkflowNode[] {
  return document.nodes.filter((node) => node.disabled !== true && manifest.entryOf(node)?.trigger === 'schedule')
}
