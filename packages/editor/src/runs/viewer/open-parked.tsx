import { useTranslate } from '../../instance/instance-context.ts'
import { Icon } from '../../ui/icon.tsx'
import { nodeRunName } from '../format/node-run-name.ts'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { itemsOf } from '../store/shown-items.ts'
import { useRunPart } from '../store/use-run.ts'

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
        <p className="tn-run-line" data-tone="parked">
          <Icon name="error" size={16} />
          <span dir="auto">
            {t('runs.parked.waits', { count: open.length, name: nodeRunName(nodes, nodeRun.nodeRunId, t) })}
          </span>
          <button
            type="button"
            className="tn-link"
            onClick={() => {
              store.chooseItems(itemsOf(nodes, nodeRun.nodeId, nodeRun.nodeRunId))
              onSelectNode(nodeRun.nodeId)
            }}
          >
            {t('runs.parked.show')}
          </button>
        </p>
      )}
    </div>
  )
}
