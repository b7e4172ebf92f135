import { useEffect, useRef } from 'react'
import { activeElementIn, rootOf } from '../instance/browser.ts'
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
  const { list, onFixed } = useFocusAfterFix(problems)
  return (
    <div ref={list} tabIndex={-1}>
      {problems.length === 0 ? (
        <EmptyState icon="check" title={t('problems.none')} description={t('problems.noneText')} />
      ) : (
        <ul className="tn-problems">
          {problems.map((problem, index) => (
            <ProblemRow key={problem.id} problem={problem} onOpen={onOpen} onFixed={() => onFixed(index)} />
          ))}
        </ul>
      )}
    </div>
  )
}

/** Keeps the focus in the list when a fixed problem disappears from it: on the next problem, else on the list. */
function useFocusAfterFix(problems: readonly EditorProblem[]) {
  const list = useRef<HTMLDivElement>(null)
  const fixedAt = useRef<number | null>(null)
  const focusRow = (index: number) => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>('.tn-problem-open') ?? [])]
    const target = rows[Math.min(index, rows.length - 1)] ?? list.current
    target?.focus()
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: a fix is known to have worked when the problems change
  useEffect(() => {
    const index = fixedAt.current
    fixedAt.current = null
    const { current } = list
    if (index !== null && current !== null && !current.contains(activeElementIn(rootOf(current)))) focusRow(index)
  }, [problems])
  const onFixed = (index: number) => {
    focusRow(index)
    fixedAt.current = index
  }
  return { list, onFixed }
}

interface ProblemRowProps extends Pick<ProblemListProps, 'onOpen'> {
  readonly problem: EditorProblem
  readonly onFixed: () => void
}

function ProblemRow({ problem, onOpen, onFixed }: ProblemRowProps) {
  const t = useTranslate()
  const node = useEditorStore((state) => (problem.nodeId === null ? undefined : state.nodesById.get(problem.nodeId)))
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
      <span className="tn-problem-fixes">
        <FixButtons problem={problem} className="tn-link" onFixed={onFixed} />
      </span>
    </li>
  )
}
