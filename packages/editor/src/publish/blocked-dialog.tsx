import type { NodeId } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import { useMemo } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import type { Translate } from '../messages/format.ts'
import { toProblems } from '../problems/live-problems.ts'
import { ProblemList } from '../problems/problem-list.tsx'
import { toListed } from '../problems/server-issues.ts'
import { useEditorStore } from '../session/session-context.tsx'
import type { EditorProblem } from '../store/editor-state.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'

interface BlockedDialogProps {
  /** Errors only. */
  readonly problems: readonly EditorProblem[]
  /** Action that the problems prevent. */
  readonly description: string
  readonly onOpenProblem: (problem: EditorProblem) => void
  readonly onClose: () => void
}

/** Lists the problems that prevent publishing or testing a draft; warnings are only counted. */
export function BlockedDialog({ problems, description, onOpenProblem, onClose }: BlockedDialogProps) {
  const t = useTranslate()
  const warnings = useEditorStore((state) => state.problems.filter((problem) => !isError(problem)).length)
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('publish.blockedTitle', { count: problems.length })}
      description={description}
      footer={<Button onClick={onClose}>{t('ui.close')}</Button>}
    >
      <ProblemList
        problems={problems}
        onOpen={(problem) => {
          onClose()
          onOpenProblem(problem)
        }}
      />
      {warnings > 0 && <p className="tn-muted">{t('publish.blockedWarnings', { count: warnings })}</p>}
    </Dialog>
  )
}

/**
 * Returns the problems that prevent a run of the draft: those of the editor, else those of the server's refusal.
 *
 * @param failure - Error of the server; `null` before a request.
 * @returns `null` if no problem is known.
 */
export function useBlockers(failure: unknown): readonly EditorProblem[] | null {
  const t = useTranslate()
  const problems = useEditorStore((state) => state.problems)
  const nodes = useEditorStore((state) => state.nodesById)
  const errors = useMemo(() => problems.filter(isError), [problems])
  if (errors.length > 0) return errors
  if (!(failure instanceof TenonError) || failure.code !== 'WORKFLOW_INVALID') return null
  const names = new Map<NodeId, string>([...nodes].map(([id, { name }]) => [id, name]))
  return problemsOf(failure.details?.['issues'], names, t)
}

// Some problems are found by the server only, such as a task queue without workers.
function problemsOf(
  issues: unknown,
  names: ReadonlyMap<NodeId, string>,
  t: Translate,
): readonly EditorProblem[] | null {
  if (!Array.isArray(issues) || issues.length === 0) return null
  return toProblems(issues.filter(isIssue).map(toListed), names, t)
}

function isIssue(value: unknown): value is ProblemIssue {
  if (typeof value !== 'object' || value === null) return false
  const { path, code, message, values } = value as Readonly<Record<string, unknown>>
  const isListed = Array.isArray(path) && typeof code === 'string' && typeof message === 'string'
  return isListed && (values === undefined || (typeof values === 'object' && values !== null))
}

function isError({ severity }: EditorProblem): boolean {
  return severity === 'error'
}
