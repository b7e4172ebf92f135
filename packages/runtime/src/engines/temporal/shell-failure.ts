import { ApplicationFailure, type ApplicationFailureOptions } from '@temporalio/common'
import { TenonError } from '@tenon/core/errors'
import { LACKS_TYPE } from './shell-health.ts'

/**
 * Creates the failure that makes Temporal retry at the next attempt of a node run: attempts are counted in the run log;
 * for Temporal they are one activity.
 */
export function nextAttemptAt(at: number, now: number): ApplicationFailure {
  return bareFailure({
    message: 'next attempt',
    type: 'NEXT_ATTEMPT',
    nextRetryDelay: Math.max(1, at - now),
    // The worker is healthy: the log and the metrics of Temporal omit this failure.
    category: 'BENIGN',
  })
}

/** Creates the failure after which Temporal gives a node run to another worker, since this one lacks the node type. */
export function lacksTypeUntil(at: number, now: number): ApplicationFailure {
  return bareFailure({
    message: LACKS_TYPE,
    type: LACKS_TYPE,
    nextRetryDelay: Math.max(1, at - now),
    category: 'BENIGN',
  })
}

/** Converts an error for Temporal: only its code, since a message may contain data of a tenant. */
export function shellFailureOf(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error
  const type = error instanceof TenonError ? error.code : 'INTERNAL'
  return bareFailure({ message: type, type })
}

/** Creates a failure without the stack, which would expose directories of this machine in the history. */
function bareFailure(options: ApplicationFailureOptions): ApplicationFailure {
  const failure = ApplicationFailure.create(options)
  failure.stack = ''
  return failure
}
