import type { ProblemIssue } from '@tenon/core/errors'
import type { ListedIssue } from '../store/editor-state.ts'

/** Converts an issue of the server, whose path begins at the document, to one of the draft. */
export function toListed({ path, code, message, values }: ProblemIssue): ListedIssue {
  const [kind, nodeId, ...field] = path
  const issue = { code, message, severity: 'error' as const, ...(values === undefined ? {} : { values }) }
  if (kind === 'nodes' && typeof nodeId === 'string') return { ...issue, nodeId, path: field }
  return kind === 'settings' ? { ...issue, path } : issue
}
