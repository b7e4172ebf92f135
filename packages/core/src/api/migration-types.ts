import type { NodeId, RunId } from '../ids.ts'
import type { MigrationBlockerKind } from '../run/migrations.ts'

/**
 * Request to move a run to another published version of its workflow, as soon as none of its nodes is in progress. What
 * has begun stays as it is; everything else follows the new version.
 *
 * @see docs/guides/versions.md
 */
export interface MigrateRun {
  /** Number of the published version to move to. */
  readonly version: string
  /** Id of the request, 1 to 200 characters; sending it again changes nothing. @defaultValue a new id */
  readonly requestId?: string
}

/** A node that keeps a run from moving to a version. */
export interface MigrationObstacle {
  /** Node of the version that the run executes. */
  readonly nodeId: NodeId
  /** Name of the node in that version; its id if it has no name there. */
  readonly nodeName: string
  /** Difference that is in the way. */
  readonly reason: MigrationBlockerKind
}

/** Answer to the question whether a run can move to a version now. */
export interface MigrationCheck {
  /** Version that the run executes. */
  readonly from: string
  /** Version that was asked about. */
  readonly version: string
  /** Nodes that are in the way, in document order; at most 20, empty if the run can move. */
  readonly obstacles: readonly MigrationObstacle[]
}

/** Request to move live runs of a workflow that have begun and not ended, at most `limit` of them, newest first. */
export interface MigrateRuns {
  /** Number of the published version to move to. */
  readonly version: string
  /** Moves only the runs of this version. @defaultValue every other version */
  readonly from?: string
  /** Moves only the runs with open parked node runs of this group, 32 hex digits. @defaultValue every run */
  readonly fingerprint?: string
  /** `nextCursor` of the previous answer. @defaultValue the newest run */
  readonly cursor?: string
  /** Most runs that this request moves; 1 to 100. @defaultValue 50 */
  readonly limit?: number
}

/** Answer to a request to move runs. */
export interface MigratedRuns {
  /** Runs that will move as soon as none of their nodes is in progress. */
  readonly runIds: readonly RunId[]
  /** Number of runs that execute the version already, or have ended in the meantime. */
  readonly unchanged: number
  /** Runs that remain on their version, with the reason. */
  readonly refused: readonly MigrationRefusedRun[]
  /** Cursor for the other runs; `null` after the last one. */
  readonly nextCursor: string | null
}

/** A run that cannot move to a version. */
export interface MigrationRefusedRun {
  /** Run that remains on its version. */
  readonly runId: RunId
  /** Error code, such as `MIGRATION_REFUSED`. */
  readonly code: string
  /** Sentence that describes the reason. */
  readonly message: string
}
