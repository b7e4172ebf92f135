import { useContext } from 'react'
import { callHost } from '../../instance/call-host.ts'
import { RerunTexts } from '../../shell/rerun-texts.tsx'
import { RunLinksContext } from '../store/run-links.ts'
import type { RunScope } from '../store/run-scope.tsx'
import { useMayChangeRun } from '../viewer/use-may-change-run.ts'
import { RerunButton } from './rerun-button.tsx'

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
      <div>
        <RerunButton scope={scope} run={run} from={{ nodeId }} onStarted={(runId) => callHost(onOpenRun, runId)} />
      </div>
    </RerunTexts>
  )
}
