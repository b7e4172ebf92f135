import type { RunPriority } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { describe, expect, test } from 'vitest'
import type { Committer } from '../../commit/commit-types.ts'
import type { StoredRun } from '../../run-store.ts'
import { createDeliver } from './deliver.ts'
import type { OutboxEntry } from './outbox-relay.ts'
import type { FoundShell, ShellClient } from './shell-client.ts'

const NOW = 1_000_000
const running = (health: { obstacle?: 'STUCK' | 'NO_WORKER'; isIdle?: boolean } = {}): FoundShell => ({
  state: 'running',
  health: { obstacle: health.obstacle ?? null, isIdle: health.isIdle ?? false },
})

/** Delivers one message to a run on a Temporal that gives the given answers. */
async function deliver(
  entry: Partial<OutboxEntry>,
  shell: FoundShell,
  {
    timers = [] as readonly number[],
    finishedAt = null as number | null,
    priority = undefined as RunPriority | undefined,
    isReadable = true,
    engine = 'temporal' as StoredRun['engine'],
  } = {},
) {
  const calls: string[] = []
  const client: Pick<ShellClient, 'start' | 'wake' | 'find'> = {
    start: async ({ runId, priority: rank }) => void calls.push(`start ${runId}${rank === 0 ? '' : ` at ${rank}`}`),
    wake: async () => shell.state === 'running',
    find: async () => shell,
  }
  const withSession: Committer['withSession'] = async (_, read) => {
    if (!isReadable) throw new TenonError('RUN_LOG_NEWER', 'A later version wrote the log')
    return read({
      plan: { priority },
      timers: new Map(timers.map((at) => [`timer-${at}`, at])),
    } as unknown as Parameters<typeof read>[0])
  }
  const run = createDeliver({
    client: client as ShellClient,
    reader: { getRun: async () => ({ workflowId: 'w', finishedAt, engine }) as StoredRun },
    committer: {
      withSession,
      commit: async ({ facts }) => {
        calls.push(...facts.map(({ fact }) => fact.type))
        return {} as Awaited<ReturnType<Committer['commit']>>
      },
    },
    outbox: { hasten: async (_, withinMs) => void calls.push(`hasten ${withinMs}`) },
    now: () => NOW,
    reconcileMs: 10_000,
  })
  const result = await run({ tenantId: 't', runId: 'r', kind: 'watch', attempts: 1, health: null, ...entry })
  return { result, calls }
}

describe('createDeliver', () => {
  test.each<[string, FoundShell, Partial<OutboxEntry>, object]>([
    ['has just begun', running(), { attempts: 0 }, { againMs: 5_000, health: null }],
    ['has a task', running(), {}, { againMs: 15_000, health: null }],
    ['fails', running({ obstacle: 'STUCK' }), {}, { againMs: 5_000, health: 'STUCK' }],
    ['finds no worker', running({ obstacle: 'NO_WORKER' }), {}, { againMs: 5_000, health: 'NO_WORKER' }],
    [
      'is held up for long',
      running({ obstacle: 'NO_WORKER' }),
      { attempts: 3 },
      { againMs: 20_000, health: 'NO_WORKER' },
    ],
    ['never gets a worker', running({ obstacle: 'STUCK' }), { attempts: 900 }, { againMs: 30_000, health: 'STUCK' }],
    ['waits', running({ isIdle: true }), {}, { againMs: 20_000, health: null }],
    ['has waited for long', running({ isIdle: true }), { attempts: 20 }, { againMs: 600_000, health: null }],
  ])('looks again in time at a shell that %s', async (_, shell, entry, expected) => {
    expect(await deliver(entry, shell)).toEqual({ result: expected, calls: [] })
  })

  test('looks at a waiting run again 10 s after its next timer', async () => {
    const entry = { attempts: 20 }
    const { result } = await deliver(entry, running({ isIdle: true }), { timers: [NOW + 90_000, NOW + 30_000] })
    expect(result).toMatchObject({ againMs: 40_000 })
    const late = await deliver(entry, running({ isIdle: true }), { timers: [NOW - 5_000] })
    expect(late.result).toMatchObject({ againMs: 10_000 })
  })

  test('starts no shell for a run that another engine has', async () => {
    const gone: FoundShell = { state: 'gone' }
    expect(await deliver({ kind: 'start' }, gone, { engine: 'embedded' })).toEqual({ result: 'done', calls: [] })
  })

  test('starts a shell with the priority of its workflow', async () => {
    const gone: FoundShell = { state: 'gone' }
    expect(await deliver({ kind: 'start' }, gone, { priority: 'high' })).toMatchObject({ calls: ['start r at 1'] })
    expect(await deliver({ kind: 'start' }, gone, { priority: 'low' })).toMatchObject({ calls: ['start r at -1'] })
    const unread = { priority: 'high', isReadable: false } as const
    expect(await deliver({ kind: 'start' }, gone, unread)).toEqual({ result: 'done', calls: ['start r'] })
  })

  test('starts a shell, and starts one that is gone again; a second time that is an obstacle', async () => {
    const gone: FoundShell = { state: 'gone' }
    expect(await deliver({ kind: 'start' }, gone)).toEqual({ result: 'done', calls: ['start r'] })
    const first = await deliver({ attempts: 0 }, gone)
    expect(first).toEqual({ result: { againMs: 10_000, health: null }, calls: ['start r'] })
    expect((await deliver({}, gone)).result).toEqual({ againMs: 10_000, health: 'STUCK' })
    expect(await deliver({ kind: 'wake' }, gone)).toEqual({ result: 'done', calls: ['start r'] })
  })

  test('cancels a run whose shell an operator has ended, and starts a shell that ends it', async () => {
    expect(await deliver({}, { state: 'stopped' })).toEqual({
      result: { againMs: 10_000, health: null },
      calls: ['cancel_requested', 'start r'],
    })
  })

  test('wakes a shell and has it looked for soon', async () => {
    expect(await deliver({ kind: 'wake' }, running())).toEqual({ result: 'done', calls: ['hasten 10000'] })
  })

  test('has nothing to do for a run that has ended', async () => {
    expect(await deliver({}, running(), { finishedAt: 1 })).toEqual({ result: 'done', calls: [] })
  })
})
