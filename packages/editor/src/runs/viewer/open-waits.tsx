import { useTranslate } from '../../instance/instance-context.ts'
import { LaterPart } from '../../ui/later-part.tsx'
import { calledName } from '../format/node-run-name.ts'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart } from '../store/use-run.ts'
import { NodeRunLine } from './node-run-line.tsx'

// Few runs wait for a connection.
const loadConnectionLine = () => import('../waits/connection-line.tsx')

interface OpenWaitsProps {
  readonly scope: RunScope
  readonly onSelectNode: (nodeId: string) => void
}

const selectWaits = ({ view }: RunSnapshot) => view.waits
const selectNodeRuns = ({ view }: RunSnapshot) => view.nodeRuns

/** Line over the views of a run that waits for events, callbacks or connections, with a link to the first; empty for other runs. */
export function OpenWaits({ scope, onSelectNode }: OpenWaitsProps) {
  const t = useTranslate()
  const { store, nodes } = scope
  const waits = useRunPart(store, selectWaits)
  const nodeRuns = useRunPart(store, selectNodeRuns)
  const open = [...waits.values()].filter(
    ({ waitFor, event, closed }) => closed === null && event === null && waitFor.kind !== 'time',
  )
  const [first] = open
  const nodeRun = first === undefined ? undefined : nodeRuns.get(first.nodeRunId)
  const { waitFor } = first ?? {}
  if (waitFor?.kind === 'connection' && nodeRun !== undefined) {
    return (
      <div role="status">
        <LaterPart load={loadConnectionLine} waiting={(trouble) => trouble}>
          {({ ConnectionLine }) => (
            <ConnectionLine {...{ scope, nodeRun, waitFor, onSelectNode }} others={open.length - 1} />
          )}
        </LaterPart>
      </div>
    )
  }
  return (
    <div role="status">
      {first !== undefined && nodeRun !== undefined && (
        <NodeRunLine
          {...{ scope, nodeRun, onSelectNode }}
          tone="waiting"
          icon="clock"
          text={t('runs.wait.line', {
            count: open.length,
            name: calledName(nodes, nodeRun, t),
            kind: first.waitFor.kind,
            event: first.waitFor.kind === 'event' ? first.waitFor.name : '',
          })}
          action={t('runs.fault.show')}
        />
      )}
    </div>
  )
}
