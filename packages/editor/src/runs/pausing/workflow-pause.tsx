import type { Pause, PausedWorkflow, TenonClient, Workflow } from '@tenon/core/client'
import { useInstance } from '../../instance/instance-context.ts'
import { QueueTexts } from '../../shell/queue-texts.tsx'
import { Icon } from '../../ui/icon.tsx'
import { formatMoment } from '../format/instant.ts'
import { PauseDialog } from './pause-dialog.tsx'

export interface WorkflowPauseProps {
  readonly client: TenonClient
  readonly workflow: Workflow
  /** Pause of all workflows; `null` while they are not paused. */
  readonly tenantPause: Pause | null
  /** True if the user may pause and resume the workflow. */
  readonly mayPause: boolean
  /** True while the dialog is open that pauses or resumes the workflow. */
  readonly isAsking: boolean
  readonly onAsk: () => void
  readonly onClose: () => void
  /** Called with the paused or resumed workflow. */
  readonly onChanged: (workflow: Workflow) => void
}

/**
 * Banner of a paused workflow, and the dialog that pauses or resumes it. While all workflows are paused, the banner says
 * that: the workflow itself may be resumed from the menu, but its runs still wait.
 */
export function WorkflowPause(props: WorkflowPauseProps) {
  const { client, workflow, tenantPause, mayPause, isAsking, onAsk, onClose, onChanged } = props
  const action = workflow.pause === null ? 'pause' : 'resume'
  return (
    <QueueTexts>
      {tenantPause !== null ? (
        <Banner text="queue.paused.tenantRuns" pause={tenantPause} onResume={null} />
      ) : (
        workflow.pause !== null && (
          <Banner text="queue.paused.workflow" pause={workflow.pause} onResume={mayPause ? onAsk : null} />
        )
      )}
      {isAsking && mayPause && (
        <PauseDialog
          action={action}
          workflowName={workflow.name}
          send={async (includeRuns) => {
            let changed: PausedWorkflow
            do {
              changed = await client.workflows[action](workflow.id, { includeRuns })
            } while (changed.hasMoreRuns)
            onChanged(changed)
          }}
          onClose={onClose}
        />
      )}
    </QueueTexts>
  )
}

interface BannerProps {
  readonly text: 'queue.paused.tenantRuns' | 'queue.paused.workflow'
  readonly pause: Pause
  /** Resumes the workflow; `null` without permission. */
  readonly onResume: (() => void) | null
}

function Banner({ text, pause, onResume }: BannerProps) {
  const { t, locale } = useInstance()
  const time = formatMoment(Date.parse(pause.at), locale)
  return (
    <p className="tn-pause-banner" role="status">
      <Icon name="pause" size={16} />
      <span dir="auto">{t(text, { person: pause.by.displayName, time })}</span>
      {onResume !== null && (
        <button type="button" className="tn-link" onClick={onResume}>
          {t('queue.resume.confirm')}
        </button>
      )}
    </p>
  )
}
