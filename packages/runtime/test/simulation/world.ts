import { TenonError } from '@tenon/core/errors'
import { seededRandom } from '../chaos/seeded-random.ts'

/** A process of the simulation, or its clients; what it waits for is lost when it dies. */
export interface Owner {
  readonly name: string
  isAlive: boolean
  /** True while it is stopped, as by SIGSTOP: nothing of it happens, and it does not notice. */
  isStopped: boolean
}

/** Frequencies of faults, each from 0 (never) to 1. */
export interface Faults {
  /** A request to the store gets lost before it is executed. */
  readonly lostRequests: number
  /** A request is executed, and its answer gets lost. */
  readonly lostAnswers: number
  /** The caller gives up on a request of one statement, which is executed later. */
  readonly lateRequests: number
  /** A message of the bus gets lost. */
  readonly lostHints: number
  /** A timer fires although something else is ready, so that the clock passes while requests are in flight. */
  readonly hurry: number
  /** A timer fires late, by up to a minute. */
  readonly jumps: number
}

/** No faults: the world heals, so that everything must end. */
export const NO_FAULTS: Faults = {
  lostRequests: 0,
  lostAnswers: 0,
  lateRequests: 0,
  lostHints: 0,
  hurry: 0,
  jumps: 0,
}

/** A moment at which a process dies: when it sends a request to the store, or when that is stored and not answered yet. */
export interface CrashPoint {
  /** Label of the request. */
  readonly label: string
  readonly side: 'before' | 'after'
  /** Number of the request among those with the label; ≥ 1. */
  readonly at: number
}

/** Executes a request; `hasWaited` if it had to wait for the commit of another transaction, after it began to read. */
type Execute<Value> = (hasWaited: boolean) => Value

/** A request to the store. */
interface RequestOptions {
  /** Names of what it writes, by which a {@link CrashPoint} finds it. @defaultValue none */
  readonly labels?: readonly string[]
  /**
   * True for a single statement, which a database may execute after its sender gave up. A transaction of several holds its
   * locks until its end, so that nothing that conflicts with it comes between. @defaultValue false
   */
  readonly mayBeLate?: boolean
  /** Rows for which it waits while another transaction has locked them. @defaultValue none */
  readonly locks?: readonly string[]
  /**
   * True for a transaction whose commit may arrive after its sender gave up; until then it has its first row locked.
   * @defaultValue false
   */
  readonly mayCommitLate?: boolean
}

interface Action {
  readonly owner: Owner
  /** False for what happens outside of its owner: a request on its way survives its sender. */
  readonly diesWithOwner: boolean
  run(): void
}

interface Timer {
  readonly owner: Owner
  readonly at: number
  readonly order: number
  readonly everyMs: number | null
  run(): void
}

/** The scheduler of a simulation: it owns the clock, the random numbers, and the order of all that is asynchronous. */
export interface World {
  /** Milliseconds since the Unix epoch. */
  readonly now: number
  faults: Faults
  /** Owner of the code that runs now. */
  current: Owner
  /** Returns 0 ≤ number < `choices`. */
  pick(choices: number): number
  chance(share: number): boolean
  /** Moments at which a process dies, each once. */
  crashes: readonly CrashPoint[]
  /** Moments at which one has died, in order. */
  readonly crashed: readonly CrashPoint[]
  /** Sends a request to the store: it is executed and answered later, or not, as the faults have it. */
  request<Value>(execute: Execute<Value>, options?: RequestOptions): Promise<Value>
  /** True if a transaction has locked a row, and its commit is on its way. */
  isLocked(row: string): boolean
  /** Resolves later, for the current owner. */
  later(): Promise<void>
  /** Runs a function later, for an owner. */
  post(owner: Owner, run: () => void): void
  setTimer(run: () => void, ms: number, repeats: boolean): Timer
  clearTimer(timer: Timer): void
  /** Ends a process: nothing that it waits for arrives. */
  kill(owner: Owner): void
  /** Number of things that may happen now. */
  readonly ready: number
  /** Lets one thing happen; false if nothing can. */
  step(): Promise<boolean>
}

const START = Date.UTC(2026, 0, 5)
const MAX_JUMP_MS = 60_000
const MAX_LATE_MS = 40_000

/** Creates the world of one seed. */
export function createWorld(seed: number, outside: Owner, untilQuiet: () => Promise<void>): World {
  const random = seededRandom(seed)
  const actions: Action[] = []
  const timers = new Set<Timer>()
  let now = START
  let order = 0
  const passed = new Map<CrashPoint, number>()
  const crashed: CrashPoint[] = []

  const pick = (choices: number): number => Math.floor(random() * choices)
  const chance = (share: number): boolean => share > 0 && random() < share
  const add = (owner: Owner, diesWithOwner: boolean, run: () => void): void => {
    if (owner.isAlive || !diesWithOwner) actions.push({ owner, diesWithOwner, run })
  }
  const setTimer = (owner: Owner, run: () => void, ms: number, repeats: boolean): Timer => {
    order += 1
    const timer = { owner, at: now + Math.max(0, ms), order, everyMs: repeats ? Math.max(1, ms) : null, run }
    // The code of a process that has died in the middle of it ends at its next await.
    if (owner.isAlive) timers.add(timer)
    return timer
  }
  /** Kills a process if this is the moment of a crash; true if it is dead. */
  const diesAt = (owner: Owner, side: CrashPoint['side'], labels: readonly string[]): boolean => {
    if (!owner.isAlive || owner === outside) return !owner.isAlive
    const meant = world.crashes.filter((crash) => crash.side === side && labels.includes(crash.label))
    for (const crash of meant) passed.set(crash, (passed.get(crash) ?? 0) + 1)
    const crash = meant.find((each) => passed.get(each) === each.at)
    if (crash === undefined) return false
    crashed.push(crash)
    world.kill(owner)
    return true
  }
  /** Transactions that have locked a row, and whose commits are on their way. */
  const late = new Map<string, () => void>()
  /** Commits what has locked these rows; true if something had. */
  const commitLate = (rows: readonly string[]): boolean => {
    let hasWaited = false
    for (const row of rows) {
      const commit = late.get(row)
      late.delete(row)
      commit?.()
      hasWaited ||= commit !== undefined
    }
    return hasWaited
  }
  const nextTimer = (): Timer | null => {
    let next: Timer | null = null
    for (const timer of timers) {
      if (timer.owner.isStopped) continue
      if (next === null || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer
    }
    return next
  }
  const fire = (timer: Timer): void => {
    timers.delete(timer)
    now = Math.max(now, timer.at)
    if (chance(world.faults.jumps)) now += pick(MAX_JUMP_MS)
    world.current = timer.owner
    if (timer.everyMs !== null) {
      order += 1
      // The same object, since the caller clears it by the object that it got.
      timers.add(Object.assign(timer, { at: now + timer.everyMs, order }))
    }
    timer.run()
  }
  /** Takes a random action whose owner is not stopped. */
  const takeAction = (): Action | null => {
    const ready = actions.filter(({ owner, diesWithOwner }) => !owner.isStopped || !diesWithOwner)
    const chosen = ready[pick(ready.length)]
    if (chosen === undefined) return null
    actions.splice(actions.indexOf(chosen), 1)
    return chosen
  }

  const world: World = {
    get now() {
      return now
    },
    get ready() {
      return actions.length
    },
    crashed,
    faults: NO_FAULTS,
    crashes: [],
    current: outside,
    pick,
    chance,
    isLocked: (row) => late.has(row),
    request: (execute, { labels = [], mayBeLate = false, locks = [], mayCommitLate = false } = {}) => {
      const owner = world.current
      if (diesAt(owner, 'before', labels)) return new Promise(() => undefined)
      const { lostRequests, lostAnswers, lateRequests } = world.faults
      const isLost = chance(lostRequests)
      const isLate = (mayBeLate || mayCommitLate) && !isLost && chance(lateRequests)
      const isUnanswered = !isLost && !isLate && chance(lostAnswers)
      return new Promise((resolve, reject) => {
        const giveUp = (): void => reject(new TenonError('UNAVAILABLE', 'The database does not respond'))
        if (isLost || isLate) add(owner, true, giveUp)
        if (isLost) return
        const executed = (): void => {
          let respond = giveUp
          try {
            const value = execute(commitLate(locks))
            if (diesAt(owner, 'after', labels)) return
            if (!isUnanswered) respond = () => resolve(value)
          } catch (error) {
            respond = () => reject(error)
          }
          if (!isLate) add(owner, true, respond)
        }
        // So late that others may have taken the run meanwhile.
        const [row] = locks
        if (isLate && mayCommitLate && row !== undefined) {
          commitLate([row])
          late.set(row, executed)
          setTimer(outside, () => commitLate([row]), pick(MAX_LATE_MS), false)
        } else if (isLate) setTimer(outside, executed, pick(MAX_LATE_MS), false)
        else add(owner, false, executed)
      })
    },
    later: () => {
      const owner = world.current
      return new Promise((resolve) => add(owner, true, resolve))
    },
    post: (owner, run) => add(owner, true, run),
    setTimer: (run, ms, repeats) => setTimer(world.current, run, ms, repeats),
    clearTimer: (timer) => void timers.delete(timer),
    kill: (owner) => {
      owner.isAlive = false
      for (const timer of timers) if (timer.owner === owner) timers.delete(timer)
      for (const action of actions.filter((each) => each.owner === owner)) {
        // Of its requests, some were not sent yet.
        if (action.diesWithOwner || chance(0.5)) actions.splice(actions.indexOf(action), 1)
      }
    },
    step: async () => {
      const timer = nextTimer()
      const isHurried = timer !== null && chance(world.faults.hurry)
      const action = isHurried ? null : takeAction()
      if (action !== null) {
        world.current = action.owner
        action.run()
      } else if (timer !== null) fire(timer)
      else return false
      await untilQuiet()
      world.current = outside
      return true
    },
  }
  return world
}
