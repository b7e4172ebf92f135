import { createLookLoop } from '../background/look-loop.ts'
import { reasonOf } from '../log/reason-of.ts'
import { claimRollout } from '../tables/rollout-repository.ts'
import { advanceRollout, type RolloutDeps } from './advance-rollout.ts'
import { ROLLOUT_INTERVALS } from './rollout-intervals.ts'

/** Works on the open rollouts of all tenants while a process runs. */
export interface RolloutKeeper {
  /** Begins to look for rollouts that are due. Has no effect after the first call, and after `close`. */
  start(): void
  /** Looks for rollouts at once, since one was begun or changed; starts the keeper. */
  wake(): void
  /** Works on what is due, without looking again later. @returns 0 if nothing was. */
  drain(): Promise<number>
  /** Stops; resolves when no transaction is in flight. Other processes do the rest, or the next one does. */
  close(): Promise<void>
}

/** Creates the keeper of one process. The rollouts are shared out among the processes part by part. */
export function createRolloutKeeper(deps: RolloutDeps): RolloutKeeper {
  const { leaseMs, lookMs, idleMs } = { ...ROLLOUT_INTERVALS, ...deps.intervals }

  /** Works on what is due. @returns True if it found a rollout. */
  const work = async (): Promise<boolean> => {
    let hasFound = false
    while (!loop.isClosed) {
      const ref = await deps.database.withSystem((tx) => claimRollout(tx, leaseMs))
      if (ref === null) return hasFound
      hasFound = true
      try {
        await advanceRollout(deps, ref)
      } catch (error) {
        deps.log('warn', 'rollout.failed: retrying', { ...ref, reason: reasonOf(error) })
      }
    }
    return hasFound
  }
  const loop = createLookLoop({
    look: async () => ((await work()) ? lookMs : idleMs),
    onError: (error) => {
      deps.log('warn', 'rollout.read_failed: retrying', { reason: reasonOf(error) })
      return idleMs
    },
  })
  const start = () => loop.start(lookMs)
  return {
    start,
    wake: () => {
      start()
      loop.wake()
    },
    drain: async () => ((await loop.during(work)) ? 1 : 0),
    close: () => loop.close(),
  }
}
