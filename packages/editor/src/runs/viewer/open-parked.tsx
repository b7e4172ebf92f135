import { useTranslate } from '../../instance/instance-context.ts'
import { calledName } from '../format/node-run-name.ts'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart } from '../store/use-run.ts'
import { NodeRunLine } from './node-run-line.tsx'

interface OpenParkedProps {
  readonly scope: RunScope
  readonly onSelectNode: (nodeId: string) => void
}

const selectParked = ({ view }: RunSnapshot) => view.parked
const selectNodeRuns = ({ view }: RunSnapshot) => view.nodeRuns

/** Line over the views of a run whose nodes wait for a fix, with a link to the first of them; empty for other runs. */
export function OpenParked({ scope, onSelectNode }: OpenParkedProps) {
  const t = useTranslate()
  const { store, nodes } = scope
  const parked = useRunPart(store, selectParked)
  const nodeRuns = useRunPart(store, selectNodeRuns)
  const open = [...parked.values()].filter(({ closed, resolution }) => closed === null && resolution === null)
  const [first] = open
  const nodeRun = first === undefined ? undefined : nodeRuns.get(first.nodeRunId)
  return (
    <div role="status">
      {nodeRun !== undefined && (
        <NodeRunLine
          {...{ scope, nodeRun, onSelectNode }}
          tone="parked"
          icon="error"
          text={t('runs.parked.waits', { count: open.length, name: calledName(nodes, nodeRun, t) })}
          action={t('runs.parked.show')}
        />
      )}
    </div>
  )
}
