import type { NodeId } from '../ids.ts'
import type { Actor } from './actor.ts'

/**
 * Reasons why a run cannot move to a version because of a node that it has begun: the version lacks the node, or has it
 * in another loop; the node has another type; a node that is open has other inputs or, unless it is parked, other params;
 * the version lacks the port by which the run has continued; the error branch of a parked node is missing; nothing undoes
 * any more what the node has done.
 */
export const MIGRATION_BLOCKERS = [
  'node_removed',
  'type_changed',
  'inputs_changed',
  'params_changed',
  'port_removed',
  'error_branch_removed',
  'undo_removed',
] as const
/** One of {@link MIGRATION_BLOCKERS}. */
export type MigrationBlockerKind = (typeof MIGRATION_BLOCKERS)[number]

/** A node that keeps a run from moving to a version. */
export interface MigrationBlocker {
  /** Node of the version that the run executes. */
  readonly nodeId: NodeId
  /** Difference that is in the way. */
  readonly reason: MigrationBlockerKind
}

/** A request to move a run to another version of its workflow. */
export interface MigrateRequest {
  /** Id of the request, unique in the run; a request that was applied has no effect when it is repeated. */
  readonly requestId: string
  /** Person who made the request; `null` if no person did. */
  readonly actor: Actor | null
  /** Version that the run executed when the request was made. */
  readonly from: string
  /** Version to move to. */
  readonly version: string
  /** Hash of the plan of that version. */
  readonly planHash: string
}

/** A request to withdraw a request to move a run, while the run has not moved. */
export interface MigrationWithdrawal {
  /** Id of the request to withdraw. */
  readonly requestId: string
  /** Person who withdraws it; `null` if no person does. */
  readonly actor: Actor | null
}

/**
 * Reason why a run was not moved: its nodes do not fit the version, another request came first, the run ended before, or
 * the request was withdrawn.
 */
export type MigrationRefusal = 'incompatible' | 'superseded' | 'ending' | 'withdrawn'
