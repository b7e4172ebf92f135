import { useContext } from 'react'
import { callHost } from '../../instance/call-host.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { RerunTexts } from '../../shell/rerun-texts.tsx'
import { Button } from '../../ui/button.tsx'
import { RunLinksContext } from '../store/run-links.ts'
import type { RunScope } from '../store/run-scope.tsx'
import { useMayChangeRun } from '../viewer/use-may-change-run.ts'
import { type RerunProps, rerunLabel, useRerun } from './use-rerun.tsx'

interface RerunNodeProps {
  readonly scope: RunScope
  readonly nodeId: string
}

/** Button that runs an ended run again from one of its nodes; hidden without permission, and if the host shows no runs. */
export function RerunNode({ scope, nodeId }: RerunNodeProps) {
  const { onOpenRun } = useContext(RunLinksContext)
  const mayStart = useMayChangeRun(scope.client)
  const run = scope.run.value
  if (onOpenRun === null || run === null || !mayStart) return null
  return (
    <RerunTexts>
      <RerunFrom scope={scope} run={run} nodeId={nodeId} onStarted={(runId) => callHost(onOpenRun, runId)} />
    </RerunTexts>
  )
}

interface RerunFromProps extends RerunProps {
  readonly nodeId: string
}

function RerunFrom({ nodeId, ...shared }: RerunFromProps) {
  const t = useTranslate()
  const { start, isSending, dialog } = useRerun(shared)
  return (
    <div>
      <Button icon="retry" busy={isSending} onClick={() => start({ nodeId })}>
        {t(rerunLabel({ nodeId }))}
      </Button>
      {dialog}
    </div>
  )
}
