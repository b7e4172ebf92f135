import { useContext } from 'react'
import { callHost } from '../../instance/call-host.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { Icon } from '../../ui/icon.tsx'
import type { WaitingBelow } from '../calls/use-waiting-below.ts'
import { nodeRunName } from '../format/node-run-name.ts'
import { RunLinksContext } from '../store/run-links.ts'
import type { RunScope } from '../store/run-scope.tsx'

interface OpenBelowProps {
  readonly scope: RunScope
  readonly below: WaitingBelow
}

/** Most runs with a line of their own: a loop may start hundreds. */
const MAX_LINES = 3

/** Line for each run below this one that waits for a person, with a link to it, and the number of the others. */
export function OpenBelow({ scope, below }: OpenBelowProps) {
  const t = useTranslate()
  const { onOpenRun } = useContext(RunLinksContext)
  const lines = [...below].flatMap(([nodeRunId, runs]) => runs.map((run) => ({ ...run, nodeRunId })))
  lines.sort((a, b) => Number(b.kind === 'parked') - Number(a.kind === 'parked'))
  const others = lines.length - MAX_LINES
  return (
    <div role="status">
      {lines.slice(0, MAX_LINES).map(({ runId, workflowName, nodeRunId, kind }) => (
        <p key={`${runId}/${kind}`} className="tn-run-line" data-tone={kind === 'parked' ? 'parked' : 'waiting'}>
          <Icon name={kind === 'parked' ? 'error' : 'clock'} size={16} />
          <span dir="auto">
            {t(`runs.below.${kind}`, { name: nodeRunName(scope.nodes, nodeRunId, t), workflow: workflowName })}
          </span>
          {onOpenRun !== null && (
            <button type="button" className="tn-link" onClick={() => callHost(onOpenRun, runId)}>
              {t('runs.approval.openRun')}
            </button>
          )}
        </p>
      ))}
      {others > 0 && (
        <p className="tn-run-line" data-tone="waiting">
          <Icon name="clock" size={16} />
          <span>{t('runs.below.more', { count: others })}</span>
        </p>
      )}
    </div>
  )
}
