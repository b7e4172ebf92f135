import { useTranslate } from '../../instance/instance-context.ts'
import { FixButtons } from '../../problems/fix-buttons.tsx'
import { fieldPath, NODE_NAME } from '../../problems/open-problem.ts'
import { sentenceCase } from '../../problems/sentence-case.ts'
import { useSession } from '../../session/session-context.tsx'
import type { EditorProblem } from '../../store/editor-state.ts'

interface FieldFaultProps {
  readonly problem: EditorProblem
  /** Number of other problems of the field. */
  readonly more: number
  /** Label of the field, which the message does not repeat. */
  readonly title?: string
}

/** Shows a problem of a field, with its fixes as links. */
export function FieldFault({ problem, more, title }: FieldFaultProps) {
  const t = useTranslate()
  const { store } = useSession()
  const focusField = (path = fieldPath(problem)) => {
    const { nodeId } = problem
    // The button goes with the problem, and a problem of the node itself has no field.
    if (nodeId !== null) store.setState({ fieldFocus: { nodeId, path: path.length === 0 ? NODE_NAME : path } })
  }
  return (
    <span className="tn-fault" data-severity={problem.severity}>
      {withoutTitle(problem.message, title)}
      {more > 0 && ` ${t('problems.more', { count: more })}`}{' '}
      <FixButtons problem={problem} className="tn-link tn-link-inherit" onFixed={focusField} />
    </span>
  )
}

function withoutTitle(message: string, title: string | undefined): string {
  const start = `"${title}": `
  const rest = title !== undefined && message.startsWith(start) ? message.slice(start.length) : message
  return sentenceCase(rest)
}
