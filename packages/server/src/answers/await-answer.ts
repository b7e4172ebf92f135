import { isRunOver, type RunAnswer, type RunEvent, readRunAnswer, type ValueRef } from '@tenon/core/run'
import type { RunRef, StoredRun } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { type FollowContext, followRunLog } from '../streams/follow-run-log.ts'

/** Limits of a wait for a run. */
export interface AnswerWait {
  /** Time at which the wait ends, in milliseconds since the Unix epoch. */
  readonly until: number
  /** Aborted when the caller has gone. */
  readonly abortSignal: AbortSignal
}

/**
 * Result of a wait: the run has answered, or ended without an answer; or the time is over, the caller has gone, or the
 * server closes.
 */
export type AwaitedRun =
  | { readonly kind: 'answered'; readonly answer: RunAnswer }
  | { readonly kind: 'ended' | 'late' | 'gone' | 'closing' }

type AwaitDeps = FollowContext & {
  readonly reader: Pick<ServerContext['reader'], 'readEvents' | 'readAnswer' | 'getRun' | 'loadValue'>
}

/**
 * Waits until a run has answered or ended. All who wait for a run share the reader that follows its log, which any process
 * may write; an answer that is in the log already is found whatever the length of the log.
 */
export async function awaitAnswer(
  server: AwaitDeps,
  { tenantId, runId }: RunRef,
  { until, abortSignal }: AnswerWait,
): Promise<AwaitedRun> {
  // Before the answer is looked for: one that is stored in between follows this number.
  const run = await server.reader.getRun(tenantId, runId)
  const stored = await storedAnswer(server, run)
  if (stored !== null) return answered(server, tenantId, stored)
  const time = new AbortController()
  const timer = setTimeout(() => time.abort(), Math.max(0, until - server.now()))
  const signal = AbortSignal.any([abortSignal, time.signal])
  const events = followRunLog(server, { tenantId, runId, after: (run?.nextSeq ?? 1) - 1, abortSignal: signal })
  try {
    for (;;) {
      const next = await events.next()
      if (next.done === true) {
        if (next.value) return { kind: 'ended' }
        if (abortSignal.aborted) return { kind: 'gone' }
        // The bus may have lost a message: the log says what is stored.
        const last = await server.reader.getRun(tenantId, runId)
        const output = await storedAnswer(server, last)
        if (output !== null) return await answered(server, tenantId, output)
        if (last === null || isRunOver(last.status)) return { kind: 'ended' }
        return { kind: time.signal.aborted ? 'late' : 'closing' }
      }
      const output = next.value?.map(answerIn).find((found) => found !== null)
      if (output !== undefined && output !== null) return await answered(server, tenantId, output)
    }
  } finally {
    clearTimeout(timer)
    await events.return(false)
  }
}

async function storedAnswer({ reader }: AwaitDeps, run: StoredRun | null): Promise<ValueRef | null> {
  return run === null || run.nextSeq === 1 ? null : reader.readAnswer(run.tenantId, run.runId)
}

function answerIn(event: RunEvent): ValueRef | null {
  return event.type === 'node_completed' && event.data.responds === true ? event.data.output : null
}

async function answered(server: AwaitDeps, tenantId: RunRef['tenantId'], output: ValueRef): Promise<AwaitedRun> {
  const answer = readRunAnswer(await server.reader.loadValue(tenantId, output))
  // The commit stores only outputs with an answer.
  if (answer === null) throw new RangeError('The output of a respond node has no answer')
  return { kind: 'answered', answer }
}
