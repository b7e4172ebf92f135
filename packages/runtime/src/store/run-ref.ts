import { v7 } from 'uuid'

/** Refers to a run. */
export interface RunRef {
  /** Tenant of the run. */
  readonly tenantId: string
  /** Id of the run, unique within the tenant. */
  readonly runId: string
}

/** Refers to one pass of a node run. */
export interface PassRef extends RunRef {
  /** Id of the node run, unique within the run. */
  readonly nodeRunId: string
  /** Number of the pass, from 1. */
  readonly pass: number
}

/** Refers to a pass within a known run. */
export type PassOfRun = Pick<PassRef, 'nodeRunId' | 'pass'>

/** Formats a reference to a run as a key of maps. */
export function runKey({ tenantId, runId }: RunRef): string {
  return `${tenantId}/${runId}`
}

/** Formats a reference to a pass as a key of maps, unique within the process. */
export function passKey({ tenantId, runId, nodeRunId, pass }: PassRef): string {
  return JSON.stringify([tenantId, runId, nodeRunId, pass])
}

/** Formats a reference to a pass as a key of maps, unique within its run. */
export function passOfRunKey({ nodeRunId, pass }: PassOfRun): string {
  return `${nodeRunId}/${pass}`
}

/** Returns the id of the timer of the total time of a queued node run, unique in its run. */
export function deadlineTimerId(pass: PassOfRun): string {
  return `deadline/${passOfRunKey(pass)}`
}

/**
 * Creates an id for a new run: a UUID of version 7, in lower case. It begins with the time, so that the rows of new
 * runs are adjacent in every index; random ids would double the write-ahead log of a large store.
 *
 * @see RFC 9562, section 5.7
 */
export function newRunId(): string {
  return v7()
}
