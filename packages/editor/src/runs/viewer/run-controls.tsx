import { queueOf } from '../queue/queue-of.ts'
import type { RunScope } from '../store/run-scope.tsx'
import { CancelRun } from './cancel-run.tsx'
import { PauseRun } from './pause-run.tsx'
import { useMayChangeRun } from './use-may-change-run.ts'

interface RunControlsProps {
  readonly scope: RunScope
  /** @defaultValue 'm' */
  readonly size?: 's' | 'm'
}

/**
 * Buttons that pause, resume and cancel a run that has not ended; hidden without permission. A run that waits to start has
 * nothing to pause.
 */
export function RunControls({ scope, size = 'm' }: RunControlsProps) {
  if (!useMayChangeRun(scope.client)) return null
  return (
    <>
      {queueOf(scope.run.value) === null && <PauseRun scope={scope} size={size} />}
      <CancelRun scope={scope} size={size} />
    </>
  )
}
