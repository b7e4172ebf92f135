import type { NodeId, ParamPath } from '@tenon/core/document'
import { useMemo } from 'react'
import type { FieldDiagnostic } from '../../expression-field/field-types.ts'
import { useEditorStore } from '../../session/session-context.tsx'
import type { EditorProblem } from '../../store/editor-state.ts'

/**
 * Returns the problems at a path of a node: `['params', 'url']`, or `[]` for the node itself; including those of parts
 * without a row of their own. Without a node, the path is one of the document: `['settings', 'timeout']`.
 */
export function useFieldProblems(
  nodeId: NodeId | null,
  path: ParamPath,
  options: { readonly withParts?: boolean } = {},
): readonly EditorProblem[] {
  const { withParts = false } = options
  const problems = useEditorStore((state) => state.problems)
  const key = path.join('\n')
  return useMemo(
    () =>
      problems.filter((problem) => {
        const at = problem.field.join('\n')
        return problem.nodeId === nodeId && (at === key || (withParts && at.startsWith(`${key}\n`)))
      }),
    [problems, nodeId, key, withParts],
  )
}

/** Returns the keys of the parts of a value that have an error: names of an object, indexes of a list. */
export function useFaultyParts(nodeId: NodeId, path: ParamPath): ReadonlySet<string> {
  const problems = useFieldProblems(nodeId, path, { withParts: true })
  return useMemo(() => {
    const errors = problems.filter(({ severity, field }) => severity === 'error' && field.length > path.length)
    return new Set(errors.map(({ field }) => String(field[path.length])))
  }, [problems, path.length])
}

/** Returns the problems with a range in a text, as diagnostics. */
export function diagnosticsOf(problems: readonly EditorProblem[]): readonly FieldDiagnostic[] {
  return problems.flatMap(({ range, severity, message }) =>
    range === null ? [] : [{ from: range.start, to: range.end, severity, message }],
  )
}
