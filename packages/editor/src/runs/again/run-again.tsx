import { isRunOver } from '@tenon/core/run'
import { RerunTexts } from '../../shell/rerun-texts.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart } from '../store/use-run.ts'
import { useMayChangeRun } from '../viewer/use-may-change-run.ts'
import { RerunButton } from './rerun-button.tsx'
import { RerunWithInput } from './rerun-with-input.tsx'

interface RunAgainProps {
  readonly scope: RunScope
  readonly onStarted: (runId: string) => void
}

const selectStatus = ({ live }: RunSnapshot) => live.status

/**
 * Buttons that run an ended run again, from its start, with the same or another input, and from where it failed or was canceled; hidden without
 * permission. A test run is followed by a test of the present draft.
 */
export function RunAgain({ scope, onStarted }: RunAgainProps) {
  const status = useRunPart(scope.store, selectStatus)
  const mayStart = useMayChangeRun(scope.client)
  const run = scope.run.value
  if (!isRunOver(status) || run === null || !mayStart) return null
  const shared = { scope, run, onStarted }
  return (
    <RerunTexts>
      {status !== 'completed' && <RerunButton {...shared} from="failed" />}
      <RerunButton {...shared} from={run.mode === 'test' ? 'draft' : 'start'} />
      <RerunWithInput {...shared} />
    </RerunTexts>
  )
}
