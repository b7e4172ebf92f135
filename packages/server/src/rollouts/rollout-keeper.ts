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
  let timer: NodeJS.Timeout | null = null
  let working: Promise<void> | null = null
  let state: 'new' | 'started' | 'closed' = 'new'
  let isWoken = false

  /** Works on what is due. @returns True if it found a rollout. */
  const work = async (): Promise<boolean> => {
    let hasFound = false
    while (state !== 'closed') {
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
  const look = async (): Promise<void> => {
    timer = null
    isWoken = false
    const hasFound = await work().catch((error: unknown) => {
      deps.log('warn', 'rollout.read_failed: retrying', { reason: reasonOf(error) })
      return false
    })
    working = null
    if (state === 'started') lookIn(isWoken ? 0 : hasFound ? lookMs : idleMs)
  }
  const lookIn = (delayMs: number): void => {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(() => {
      working = look()
    }, delayMs).unref()
  }
  const start = (): void => {
    if (state !== 'new') return
    state = 'started'
    lookIn(lookMs)
  }
  return {
    start,
    wake: () => {
      start()
      isWoken = true
      if (working === null && state === 'started') lookIn(0)
    },
    drain: async () => {
      const draining = work()
      working = draining.then(
        () => undefined,
        () => undefined,
      )
      return (await draining) ? 1 : 0
    },
    close: async () => {
      state = 'closed'
      if (timer !== null) clearTimeout(timer)
      await working
    },
  }
}
