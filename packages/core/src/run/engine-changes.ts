import type { Actor } from './actor.ts'

/** Engines that execute runs: processes of the host, or Temporal. */
export const RUN_ENGINES = ['embedded', 'temporal'] as const
/** One of {@link RUN_ENGINES}. */
export type RunEngine = (typeof RUN_ENGINES)[number]

/**
 * A request to have another engine execute a run from now on. One for the engine that executes the run withdraws the one
 * that waits.
 */
export interface EngineChangeRequest {
  /** Id of the request, unique in the run; a request that was applied has no effect when it is repeated. */
  readonly requestId: string
  /** Person who made the request; `null` if no person did. */
  readonly actor: Actor | null
  /** Engine that executed the run when the request was made. */
  readonly from: RunEngine
  /** Engine that is to execute it. */
  readonly to: RunEngine
}

/** Reason why a run stays on its engine: another request came first, the run began to end before, or it was withdrawn. */
export type EngineChangeRefusal = 'superseded' | 'ending' | 'withdrawn'
