import { LaterPart } from '../../ui/later-part.tsx'
import { otherEnginesOf } from '../engine/other-engines-of.ts'
import { queueOf } from '../queue/queue-of.ts'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart } from '../store/use-run.ts'
import { CancelRun } from './cancel-run.tsx'
import { isUndoing } from './is-undoing.ts'
import { PauseRun, selectIsPaused } from './pause-run.tsx'
import { useMayChangeRun } from './use-may-change-run.ts'

// A run may move only while it is open, and few people move one.
const loadMove = () => import('../migration/move-run.tsx')
// Few servers have a second engine.
const loadEngine = () => import('../engine/change-engine.tsx')

const selectIsUndoing = ({ live }: RunSnapshot) => isUndoing(live)

interface RunControlsProps {
  readonly scope: RunScope
  /** @defaultValue 'm' */
  readonly size?: 's' | 'm'
}

/**
 * Buttons that pause, resume, move and cancel a run that has not ended; hidden without permission. A run that waits to start
 * has nothing to pause; one that undoes what it has done ends anyway, but if it was paused before, it must be resumed for that.
 */
export function RunControls({ scope, size = 'm' }: RunControlsProps) {
  const isEnding = useRunPart(scope.store, selectIsUndoing)
  const isPaused = useRunPart(scope.store, selectIsPaused)
  if (!useMayChangeRun(scope.client)) return null
  const canPause = queueOf(scope.run.value) === null && !isEnding
  return (
    <>
      {(canPause || isPaused) && <PauseRun scope={scope} size={size} />}
      {canPause && (
        <LaterPart load={loadMove} waiting={(trouble) => trouble}>
          {({ MoveRun }) => <MoveRun scope={scope} size={size} />}
        </LaterPart>
      )}
      {canPause && otherEnginesOf(scope.run.value).length > 0 && (
        <LaterPart load={loadEngine} waiting={(trouble) => trouble}>
          {({ ChangeEngine }) => <ChangeEngine scope={scope} size={size} />}
        </LaterPart>
      )}
      {!isEnding && <CancelRun scope={scope} size={size} />}
    </>
  )
}
