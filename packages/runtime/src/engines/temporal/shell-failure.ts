import { ApplicationFailure, type ApplicationFailureOptions } from '@temporalio/common'
import { TenonError } from '@tenon/core/errors'

/** The next attempt of a node run: attempts are counted in the run log; to Temporal they are one activity. */
export function nextAttemptAt(at: number, now: number): ApplicationFailure {
  return bareFailure({
    message: 'next attempt',
    type: 'NEXT_ATTEMPT',
    nextRetryDelay: Math.max(1, at - now),
    // Nothing is wrong with the worker: the log and the metrics of Temporal leave it out.
    category: 'BENIGN',
  })
}

/** What Temporal is told of an error: its code alone, since a message may quote what a tenant has written. */
export function shellFailureOf(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error
  const type = error instanceof TenonError ? error.code : 'INTERNAL'
  return bareFailure({ message: type, type })
}

/** Without the stack, which names the directories of this machine in the history. */
function bareFailure(options: ApplicationFailureOptions): ApplicationFailure {
  const failure = ApplicationFailure.create(options)
  failure.stack = ''
  return failure
}
