import type { WorkflowDocument } from '@tenon/core/document'
import type { Arena } from './chaos-ground.ts'
import type { ChaosWorker } from './chaos-worker.ts'
import type { RunAddress } from './protocol.ts'

/** People and other systems of an attack, which ask any living worker. A request without an answer is repeated. */
export interface ChaosClients {
  /** Pauses a run, unless it has ended; it is resumed a little later. */
  pause(run: RunAddress): Promise<void>
  /** Moves a run to version 2, unless it has ended. */
  move(run: RunAddress, document: WorkflowDocument): Promise<void>
  /** Sends the event of a run, before it waits for it. */
  sendEvent(run: RunAddress): Promise<void>
  cancel(run: RunAddress): Promise<void>
  /** Answers no more. */
  stop(): Promise<void>
}

const LOOK_EVERY_MS = 40
/** Outcomes of a request that changes nothing when it is repeated; any other one is asked again. */
const TAKES_NO_MORE: ReadonlySet<string> = new Set([
  'accepted',
  'unchanged',
  'closed',
  'delivered',
  'buffered',
  'refused',
])

/** Starts the clients: until they are stopped, they answer each open wait, and resume paused runs. */
export function startClients(arena: Pick<Arena, 'unattended'>, workers: () => readonly ChaosWorker[]): ChaosClients {
  let isStopped = false
  let turn = 0
  const ask = async (send: (worker: ChaosWorker) => Promise<{ readonly outcome: string }>): Promise<string | null> => {
    const alive = workers().filter(({ isAlive }) => isAlive)
    turn += 1
    const worker = alive[turn % Math.max(1, alive.length)]
    if (worker === undefined) return null
    return send(worker).then(
      ({ outcome }) => outcome,
      () => null,
    )
  }
  const insist = async (send: (worker: ChaosWorker) => Promise<{ readonly outcome: string }>): Promise<void> => {
    for (let outcome = await ask(send); outcome === null || !TAKES_NO_MORE.has(outcome); outcome = await ask(send)) {
      if (isStopped) return
      await pause()
    }
  }
  const attend = async (): Promise<void> => {
    while (!isStopped) {
      const { waits, paused } = await arena.unattended()
      await Promise.all([
        ...waits.map((wait) => ask((worker) => worker.call('answer', wait))),
        ...paused.map((run) => ask((worker) => worker.call('resume', run))),
      ])
      await pause()
    }
  }
  const attending = attend()
  return {
    pause: (run) => insist((worker) => worker.call('pause', run)),
    move: (run, document) => insist((worker) => worker.call('migrate', run, document)),
    sendEvent: (run) => insist((worker) => worker.call('sendEvent', run)),
    cancel: (run) => insist((worker) => worker.call('cancel', run)),
    stop: async () => {
      isStopped = true
      await attending
    },
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
}
