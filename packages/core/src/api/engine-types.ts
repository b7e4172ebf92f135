import type { RunId } from '../ids.ts'
import type { RunEngine } from '../run/engine-changes.ts'

/**
 * Request to have another engine execute a run, as soon as none of its nodes is in progress. The run keeps its log, its
 * waits and its timers.
 *
 * @see docs/guides/engines.md
 */
export interface ChangeEngine {
  /** Engine that is to execute the run; one that this server has. */
  readonly engine: RunEngine
  /** Id of the request, 1 to 200 characters; sending it again changes nothing. @defaultValue a new id */
  readonly requestId?: string
}

/** Request to have another engine execute runs of a workflow that have begun and not ended, at most `limit`, newest first. */
export interface ChangeEngines {
  /** Engine that is to execute the runs; one that this server has. */
  readonly engine: RunEngine
  /** `nextCursor` of the previous answer. @defaultValue the newest run */
  readonly cursor?: string
  /** Most runs that this request changes; 1 to 100. @defaultValue 50 */
  readonly limit?: number
}

/** Answer to a request to have another engine execute runs. */
export interface ChangedEngines {
  /** Runs that will change their engine as soon as none of their nodes is in progress. */
  readonly runIds: readonly RunId[]
  /** Number of runs that the engine executes already, or that have ended in the meantime. */
  readonly unchanged: number
  /** Runs that stay on their engine, with the reason. */
  readonly refused: readonly EngineRefusedRun[]
  /** Cursor for the other runs; `null` after the last one. */
  readonly nextCursor: string | null
}

/** A run that stays on its engine. */
export interface EngineRefusedRun {
  /** Run that was not changed. */
  readonly runId: RunId
  /** Error code, such as `ENGINE_CHANGE_REFUSED`. */
  readonly code: string
  /** Sentence that describes the reason. */
  readonly message: string
}
