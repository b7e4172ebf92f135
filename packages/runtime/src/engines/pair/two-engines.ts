import { TenonError } from '@tenon/core/errors'
import { aFunction, checkOptions } from '@tenon/core/options'
import type { Engine, EngineDeps, EngineFactory } from '../../engine.ts'

/** Options of {@link twoEngines}: two engines of different kinds, on the same database. */
export interface TwoEnginesOptions {
  /** Engine that executes new runs. */
  readonly starting: EngineFactory
  /** Engine that continues the runs that it has, and those that are moved to it. */
  readonly continuing: EngineFactory
}

/**
 * Creates an engine of two, so that runs can move from one to the other: during a change of the engine, or forever, for
 * hosts whose long runs wait on one and whose short ones are executed by the other.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` for an unknown, missing or faulty option, and for two engines of one kind
 * when a server is created.
 * @see docs/guides/engines.md
 *
 * @example
 * ```ts
 * createWorkflowServer({
 *   engine: twoEngines({ starting: temporalEngine({ address }), continuing: embeddedEngine() }),
 *   ...
 * })
 * ```
 */
export function twoEngines(options: TwoEnginesOptions): EngineFactory {
  const isEngine = aFunction('must be the result of embeddedEngine() or temporalEngine()')
  checkOptions('twoEngines', options, { starting: isEngine, continuing: isEngine })
  return (deps) => pairOf(options, deps)
}

function pairOf({ starting, continuing }: TwoEnginesOptions, deps: EngineDeps): Engine {
  const first = starting(deps)
  // Expired runs are deleted by one of them.
  const { retention: _retention, ...others } = deps
  const second = continuing(others)
  if (first.kind === second.kind) {
    throw new TenonError('OPTIONS_INVALID', `twoEngines needs engines of different kinds (both are ${first.kind})`)
  }
  /** The run of a request may be at either engine, which finds it at once. */
  const thenWake = async <Value>(answer: Promise<Value>): Promise<Value> => {
    const value = await answer
    first.lookForWork()
    second.lookForWork()
    return value
  }
  return {
    kind: first.kind,
    kinds: [first.kind, second.kind],
    start: first.start,
    decide: (...request) => thenWake(first.decide(...request)),
    resolveParked: (...request) => thenWake(first.resolveParked(...request)),
    sendEvent: (...request) => thenWake(first.sendEvent(...request)),
    cancel: (...request) => thenWake(first.cancel(...request)),
    skipCompensation: (...request) => thenWake(first.skipCompensation(...request)),
    pause: (...request) => thenWake(first.pause(...request)),
    resume: (...request) => thenWake(first.resume(...request)),
    pauseStarts: first.pauseStarts,
    resumeStarts: (...request) => thenWake(first.resumeStarts(...request)),
    migrate: (...request) => thenWake(first.migrate(...request)),
    checkMigration: first.checkMigration,
    withdrawMigration: (...request) => thenWake(first.withdrawMigration(...request)),
    changeEngine: (tenantId, runId, request, hook) => {
      const target = request.engine === second.kind ? second : first
      return thenWake(target.changeEngine(tenantId, runId, request, hook))
    },
    unservedQueues: first.unservedQueues,
    missingTypes: first.missingTypes,
    lookForWork: () => {
      first.lookForWork()
      second.lookForWork()
    },
    startWorker: () => allOf([first.startWorker(), second.startWorker()]),
    openTickWorker: async () => {
      const opened = await Promise.allSettled([first.openTickWorker(), second.openTickWorker()])
      const workers = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
      const failed = opened.find((each) => each.status === 'rejected')
      if (failed !== undefined) {
        await allOf(workers.map((worker) => worker.close(0)))
        throw failed.reason
      }
      return {
        get runs() {
          return workers.reduce((sum, { runs }) => sum + runs, 0)
        },
        work: async (abortSignal) => (await Promise.all(workers.map((each) => each.work(abortSignal)))).every(Boolean),
        close: (drainMs) => allOf(workers.map((worker) => worker.close(drainMs))),
      }
    },
    close: () => allOf([first.close(), second.close()]),
  }
}

/** Waits for both, and throws the first error afterwards: a Temporal that is down does not keep the other from working. */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  const ended = await Promise.allSettled(works)
  const failed = ended.find((each) => each.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
