import { useTranslate } from '../../instance/instance-context.ts'
import { FixButtons } from '../../problems/fix-buttons.tsx'
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
  return (
    <span className="tn-fault" data-severity={problem.severity}>
      {withoutTitle(problem.message, title)}
      {more > 0 && ` ${t('problems.more', { count: more })}`}{' '}
      <FixButtons fixes={problem.fixes} className="tn-link tn-link-inherit" />
    </span>
  )
}

function withoutTitle(message: string, title: string | undefined): string {
  const start = `"${title}": `
  const rest = title !== undefined && message.startsWith(start) ? message.slice(start.length) : message
  // A path or a name at the beginning is not capitalized.
  return /^[a-z]+[ ,]/.test(rest) ? rest.charAt(0).toUpperCase() + rest.slice(1) : rest
}
