import type { RunQueue } from '@tenon/core/client'
import { useRefreshEvery } from '../../client/use-refresh-every.ts'
import { useTenantChanges } from '../../client/use-tenant-changes.ts'
import { useInstance } from '../../instance/instance-context.ts'
import { QueueTexts } from '../../shell/queue-texts.tsx'
import { Icon } from '../../ui/icon.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart } from '../store/use-run.ts'
import { QUEUE_REFRESH_MS, queueOf } from './queue-of.ts'
import { queueText } from './queue-text.ts'

/** Reasons that depend on the runs of all workflows. */
const OF_ALL_WORKFLOWS: ReadonlySet<RunQueue['reason']> = new Set(['tenant_limit', 'tenant_rate'])

const selectHasBegun = ({ lastSeq }: RunSnapshot) => lastSeq > 0

/** Line over the views of a run that waits to start: the reason and its position; empty for other runs. */
export function OpenQueue({ scope }: { readonly scope: RunScope }) {
  // The log reports the start before the run is loaded again.
  const hasBegun = useRunPart(scope.store, selectHasBegun)
  const queue = queueOf(scope.run.value)
  return (
    <div role="status">
      {queue !== null && !hasBegun && (
        <QueueTexts>
          <Line scope={scope} queue={queue} />
        </QueueTexts>
      )}
    </div>
  )
}

function Line({ scope, queue }: { readonly scope: RunScope; readonly queue: RunQueue }) {
  const { t, locale } = useInstance()
  const { client, run } = scope
  const workflowId = run.value?.workflowId
  useRefreshEvery(run.refresh, QUEUE_REFRESH_MS)
  // The starts and ends of other runs change the position, and pauses the reason.
  useTenantChanges({
    client,
    isRelevant: ({ kind, id, workflowId: changed }) =>
      kind === 'tenant' ||
      (kind === 'workflow' && id === workflowId) ||
      (kind === 'run' && (OF_ALL_WORKFLOWS.has(queue.reason) || changed === workflowId)),
    onChange: run.refresh,
  })
  const text = queueText(queue, t, locale)
  return (
    <p className="tn-run-line" data-tone="waiting">
      <Icon name="clock" size={16} />
      <span dir="auto" title={text}>
        {text}
      </span>
    </p>
  )
}
