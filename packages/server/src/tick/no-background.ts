import { TenonError } from '@tenon/core/errors'

/** Methods by which a keeper begins to work in the background. */
export interface Background {
  start(): void
  wake(): void
  wakeSoon(): void
}

/** Those of a keeper in a process that works in ticks only. */
export const NO_BACKGROUND: Background = Object.freeze({
  start: () => undefined,
  wake: () => undefined,
  wakeSoon: () => undefined,
})

/** Creates the error of `startWorker()` in a process that works in ticks only. */
export function noBackground(): TenonError {
  const remedy = 'Call automation.tick() regularly, or remove background: false'
  return new TenonError('OPTIONS_INVALID', `startWorker() works in the background. ${remedy}`, { remedy })
}
