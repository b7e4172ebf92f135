import { TenonError } from '@tenon/core/errors'
import type { Fact } from '@tenon/core/run'
import type { DispatchStore } from '../../src/store/dispatch-store.ts'
import type { NodeDispatch } from '../../src/store/node-dispatches.ts'
import { type PassRef, passOfRunKey, type RunRef } from '../../src/store/run-ref.ts'
import { findRun, type MemoryDispatch, type MemoryRun, type MemoryTables, wake } from './memory-tables.ts'

/** A store whose calls are transactions, each at one moment. */
export type Immediate<Store> = {
  readonly [Name in keyof Store]: Store[Name] extends (...args: infer Args) => Promise<infer Value>
    ? (...args: Args) => Value
    : never
}

const TIMER_RETRY_MS = 30_000

function refOf({ run: { tenantId, runId } }: MemoryRun): RunRef {
  return { tenantId, runId }
}

function passRef(memory: MemoryRun, { nodeRunId, pass }: MemoryDispatch): PassRef {
  return { ...refOf(memory), nodeRunId, pass }
}

/** Opens the dispatch tables in memory for one worker, by the rules of `createDispatchStore`. */
export function memoryDispatch(tables: MemoryTables, workerId: string, busyGraceMs: number): Immediate<DispatchStore> {
  const all = (): readonly MemoryRun[] => [...tables.runs.values()]
  const queuedOf = (queued: PassRef): MemoryDispatch | undefined => {
    const found = findRun(tables, queued)?.dispatches.get(passOfRunKey(queued))
    return found?.workerId === workerId ? found : undefined
  }
  const releaseDispatch = (queued: PassRef, notBefore: number): void => {
    const found = queuedOf(queued)
    if (found === undefined) return
    Object.assign(found, { workerId: null, readyAt: found.isCanceling ? 0 : Math.max(tables.now(), notBefore) })
  }
  const freeOrphans = (): void => {
    for (const { ready, dispatches } of all()) {
      if (ready !== null && ready.workerId !== null && !tables.workers.has(ready.workerId)) {
        Object.assign(ready, { workerId: null, woken: true })
      }
      for (const queued of dispatches.values()) {
        if (queued.workerId !== null && !tables.workers.has(queued.workerId)) queued.workerId = null
      }
    }
  }
  const findQueued = (
    capacity: number,
    queueWaitMs: number,
  ): Awaited<ReturnType<DispatchStore['findWork']>>['dispatches'] => {
    const now = tables.now()
    const queued = all().flatMap((memory) =>
      [...memory.dispatches.values()].map((row) => ({ row, ref: passRef(memory, row) })),
    )
    const waiting = queued.filter(({ row }) => row.workerId === null).sort((a, b) => a.row.readyAt - b.row.readyAt)
    const served = waiting.filter(({ row }) => row.readyAt <= now).slice(0, capacity)
    const overdue = waiting.filter((each) => !served.includes(each) && each.row.readyAt <= now - queueWaitMs)
    for (const { row } of [...served, ...overdue]) row.workerId = workerId
    const claimed: readonly NodeDispatch[] = [
      ...served.map(({ ref }) => ({ ...ref, isExpired: false, waitedMs: 0 })),
      ...overdue.map(({ ref, row }) => ({
        ...ref,
        isExpired: !row.isCanceling,
        waitedMs: row.isCanceling ? 0 : now - row.readyAt,
      })),
    ]
    const canceling = queued.filter(({ row }) => row.workerId === workerId && row.isCanceling).map(({ ref }) => ref)
    return { claimed, canceling }
  }
  return {
    findWork: ({ capacity, queueWaitMs }) => {
      const now = tables.now()
      let nextAt = Number.POSITIVE_INFINITY
      for (const memory of all()) {
        for (const timer of memory.timers.values()) {
          if (timer.fireAt <= now) {
            timer.fireAt = now + TIMER_RETRY_MS
            wake(tables, memory)
          }
          nextAt = Math.min(nextAt, timer.fireAt)
        }
      }
      const woken = all().filter(({ ready }) => ready?.workerId === workerId && ready.woken)
      const free = all()
        .filter(({ ready, run }) => ready?.workerId === null && ready.woken && !tables.isLocked(run))
        .sort((a, b) => (a.ready?.readyAt ?? 0) - (b.ready?.readyAt ?? 0))
      const claimed = free.slice(0, capacity)
      for (const { ready } of claimed) if (ready !== null) Object.assign(ready, { workerId, woken: false })
      return {
        runs: [...woken, ...claimed].map(refOf),
        nextInMs: nextAt === Number.POSITIVE_INFINITY ? null : nextAt - now,
        lastTenant: null,
        dispatches: findQueued(capacity, queueWaitMs),
      }
    },
    acquire: (ref) => {
      const memory = findRun(tables, ref)
      const { ready } = memory ?? {}
      if (memory === undefined || ready == null) return null
      if (ready.workerId !== null && ready.workerId !== workerId) return null
      Object.assign(ready, { workerId, woken: false })
      const at = tables.now()
      const due = [...memory.timers].filter(([, { dueAt }]) => dueAt <= at)
      const messages = [...memory.inbox].map(([messageId, text]) => ({ messageId, fact: JSON.parse(text) as Fact }))
      return { messages, at, dueTimers: due.map(([timerId]) => timerId), nextSeq: memory.run.nextSeq }
    },
    clearTimers: (ref, timerIds) => {
      for (const timerId of timerIds) findRun(tables, ref)?.timers.delete(timerId)
    },
    release: (ref) => {
      const ready = findRun(tables, ref)?.ready ?? null
      if (ready?.workerId === workerId && !ready.woken) ready.workerId = null
      return ready?.workerId !== workerId
    },
    releaseDispatch,
    releasePaused: (queued, notBefore) => {
      const isPaused = findRun(tables, queued)?.run.status === 'paused'
      releaseDispatch(queued, isPaused ? notBefore : 0)
      return isPaused
    },
    wakeDispatches: (ref) => {
      const now = tables.now()
      for (const queued of findRun(tables, ref)?.dispatches.values() ?? []) {
        if (queued.workerId === null && queued.readyAt > now) queued.readyAt = now
      }
    },
    endDispatch: (queued) => {
      if (queuedOf(queued) !== undefined) findRun(tables, queued)?.dispatches.delete(passOfRunKey(queued))
    },
    renewLease: (leaseMs) => {
      const now = tables.now()
      const before = tables.workers.get(workerId)
      const wasValid = before !== undefined && before.leaseUntil >= now
      const me = { startedAt: wasValid ? before.startedAt : now, leaseUntil: now + leaseMs }
      tables.workers.set(workerId, me)
      for (const [other, { leaseUntil }] of tables.workers) {
        const isExpired = leaseUntil < now && (leaseUntil < now - busyGraceMs || !tables.isConnected(other))
        if (isExpired && me.startedAt <= now - leaseMs) tables.workers.delete(other)
      }
      freeOrphans()
      const ownedDispatches = all().flatMap((memory) =>
        [...memory.dispatches.values()]
          .filter((queued) => queued.workerId === workerId)
          .map((queued) => ({ ...passRef(memory, queued), isExpired: false, waitedMs: 0 })),
      )
      return {
        wasValid,
        owned: all()
          .filter(({ ready }) => ready?.workerId === workerId)
          .map(refOf),
        ownedDispatches,
        workers: [...tables.workers.values()].filter(({ leaseUntil }) => leaseUntil >= now).length,
      }
    },
    leave: () => {
      tables.workers.delete(workerId)
      freeOrphans()
    },
    freeOthers: () => undefined,
    releaseToReaders: unused,
    releaseDispatchToReaders: unused,
  }
}

/** All simulated processes run the same version. */
function unused(): never {
  throw new TenonError('INTERNAL', 'No simulated process writes what another cannot read')
}
