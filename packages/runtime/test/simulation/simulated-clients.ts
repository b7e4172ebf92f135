import { isRunOver, makeValueRef, type ParkResolution, type ParkResolutionKind } from '@tenon/core/run'
import type { AcceptedMessage, Answer, MemoryInbox, MoveTarget } from './memory-inbox.ts'
import { findRun, type MemoryRun, type MemoryTables, type MemoryWait } from './memory-tables.ts'
import type { RunToStart, SimulatedProcess } from './simulated-process.ts'
import type { World } from './world.ts'

/** Confirmation to a client: the start of a run, or a message, is stored. */
export type Acknowledged =
  | { readonly kind: 'start'; readonly runId: string }
  | ({ readonly kind: 'message' } & AcceptedMessage)

/** Frequencies of the requests that end or hold a run, each one in so many requests; 0 for never. */
export interface ClientHabits {
  readonly cancelOneIn: number
  readonly skipOneIn: number
  readonly pauseOneIn: number
  readonly moveOneIn: number
}

interface ClientDeps {
  readonly world: World
  readonly tables: MemoryTables
  readonly tenantId: string
  /** A process that takes requests. */
  readonly processOf: () => SimulatedProcess | undefined
  /** Versions of the workflow of a top-level run, among which it moves. */
  readonly versions: readonly MoveTarget[]
  readonly acknowledged: Acknowledged[]
}

const USERS = ['ann', 'bob', 'cleo'] as const

/** The clients of a simulation: they start runs, vote, send events, resolve parked node runs, cancel and pause. */
export interface SimulatedClients {
  /** Starts a run, and repeats that until it is acknowledged. */
  start(run: RunToStart): void
  /** Makes one request about a random open run. */
  act(habits: ClientHabits): void
  /** Number of runs whose start is not acknowledged yet. */
  readonly starting: number
}

export function createClients({
  world,
  tables,
  tenantId,
  processOf,
  versions,
  acknowledged,
}: ClientDeps): SimulatedClients {
  const outside = world.current
  let starting = 0
  let requests = 0

  /** Runs a request in a process, which may die before it answers. */
  const inProcess = (process: SimulatedProcess, act: () => void): void => world.post(process.owner, act)

  const tryStart = (run: RunToStart): void => {
    const process = processOf()
    const later = () => {
      world.current = outside
      world.setTimer(() => tryStart(run), 1_000, false)
    }
    if (process === undefined) {
      later()
      return
    }
    let isAnswered = false
    const answer = (act: () => void) => (): void => {
      if (isAnswered) return
      isAnswered = true
      act()
    }
    const done = answer(() => {
      starting -= 1
      acknowledged.push({ kind: 'start', runId: run.runId })
    })
    const again = answer(() => world.post(outside, later))
    inProcess(process, () => void process.start(run).then(done, again))
    // Without an answer, since the process has died.
    world.setTimer(again, 60_000, false)
  }

  const send = ({ run: { runId } }: MemoryRun, name: keyof MemoryInbox, put: (inbox: MemoryInbox) => Answer): void => {
    const process = processOf()
    if (process === undefined) return
    inProcess(process, () => {
      const noted = (answer: Answer): void => {
        if (answer.outcome !== 'accepted') return
        for (const message of answer.messages) acknowledged.push({ kind: 'message', ...message })
      }
      void process.send({ tenantId, runId }, name, put).then(noted, () => undefined)
    })
  }

  const actOnWait = (memory: MemoryRun, { approvalId, kind, waitFor, matchKey }: MemoryWait): void => {
    const ref = { tenantId, runId: memory.run.runId }
    requests += 1
    const id = `q${requests}`
    if (kind === 'approval') {
      const userId = USERS[world.pick(USERS.length)] ?? 'ann'
      const choice = world.pick(4) === 0 ? 'reject' : 'approve'
      const vote = { actor: { userId, displayName: userId, role: 'admin' }, choice, at: world.now }
      send(memory, 'vote', (inbox) => inbox.vote(ref, approvalId, vote))
    } else if (kind === 'parked') {
      const { resolutions } = JSON.parse(waitFor) as { readonly resolutions: readonly ParkResolutionKind[] }
      const resolution = resolutionOf(resolutions[world.pick(resolutions.length)] ?? 'retry')
      send(memory, 'resolve', (inbox) => inbox.resolve(ref, approvalId, id, resolution))
    } else if (matchKey !== null) {
      send(memory, 'send', (inbox) => inbox.send(matchKey, id, { id }))
    }
  }

  return {
    get starting() {
      return starting
    },
    start: (run) => {
      starting += 1
      tryStart(run)
    },
    act: ({ cancelOneIn, skipOneIn, pauseOneIn, moveOneIn }) => {
      const open = [...tables.runs.values()].filter(({ run }) => !isRunOver(run.status))
      const memory = open[world.pick(open.length)]
      if (memory === undefined) return
      const ref = { tenantId, runId: memory.run.runId }
      const isOneOf = (oneIn: number): boolean => oneIn > 0 && world.pick(oneIn) === 0
      if (isOneOf(cancelOneIn)) return send(memory, 'cancel', (inbox) => inbox.cancel(ref))
      if (isOneOf(skipOneIn)) return send(memory, 'skipCompensation', (inbox) => inbox.skipCompensation(ref))
      requests += 1
      const requestId = `p${requests}`
      if (isOneOf(pauseOneIn)) return send(memory, 'pause', (inbox) => inbox.pause(ref, requestId))
      const target = versions[world.pick(versions.length)]
      if (target !== undefined && memory.run.workflowId === 'w' && isOneOf(moveOneIn)) {
        return send(memory, 'move', (inbox) => inbox.move(ref, requestId, target))
      }
      if (findRun(tables, ref)?.run.status === 'paused' && world.pick(3) === 0) {
        return send(memory, 'resume', (inbox) => inbox.resume(ref, requestId))
      }
      const waits = [...memory.waits.values()].filter(({ status }) => status === 'open')
      const wait = waits[world.pick(waits.length)]
      if (wait !== undefined) actOnWait(memory, wait)
    },
  }
}

function resolutionOf(kind: ParkResolutionKind): ParkResolution {
  switch (kind) {
    case 'complete':
      return { kind, port: 'success', output: makeValueRef({ supplied: true }) }
    case 'retry_with_params':
      return { kind, params: makeValueRef({ isSure: true }) }
    default:
      return { kind }
  }
}
