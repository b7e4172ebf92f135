import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore } from '../session/session-context.tsx'
import type { EditorProblem } from '../store/editor-state.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { Icon } from '../ui/icon.tsx'
import { FixButtons } from './fix-buttons.tsx'
import { DRAFT_UNREADABLE } from './loss-problems.ts'

interface ProblemListProps {
  /** @defaultValue the problems of the draft */
  readonly problems?: readonly EditorProblem[]
  readonly onOpen: (problem: EditorProblem) => void
}

/** Lists the problems of the draft, each with its fixes as buttons. */
export function ProblemList({ problems: given, onOpen }: ProblemListProps) {
  const t = useTranslate()
  const own = useEditorStore((state) => state.problems)
  const problems = given ?? own
  if (problems.length === 0) {
    return <EmptyState icon="check" title={t('problems.none')} description={t('problems.noneText')} />
  }
  return (
    <ul className="tn-problems">
      {problems.map((problem) => (
        <ProblemRow key={problem.id} problem={problem} onOpen={onOpen} />
      ))}
    </ul>
  )
}

function ProblemRow({ problem, onOpen }: { readonly problem: EditorProblem } & Pick<ProblemListProps, 'onOpen'>) {
  const t = useTranslate()
  const node = useEditorStore((state) => (problem.nodeId === null ? undefined : state.nodesById.get(problem.nodeId)))
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const title = problem.code === DRAFT_UNREADABLE ? t('problems.unreadable') : t('problems.workflow')
  return (
    <li className="tn-problem" data-severity={problem.severity}>
      <button type="button" className="tn-problem-open" onClick={() => onOpen(problem)}>
        <Icon name={problem.severity === 'error' ? 'error' : 'warning'} />
        <span className="tn-problem-text">
          <b dir="auto">{node?.name ?? title}</b>
          {problem.message}
        </span>
      </button>
      {!isReadOnly && problem.fixes.length > 0 && (
        <span className="tn-problem-fixes">
          <FixButtons fixes={problem.fixes} className="tn-link" />
        </span>
      )}
    </li>
  )
}
