import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RuntimeLog } from '../../engine.ts'
import { createOutbox } from '../../store/outbox.ts'
import { openTestDatabase, type TestDatabase } from '../../testing/databases.ts'
import { type Delivered, type OutboxEntry, startOutboxRelay } from './outbox-relay.ts'

describe('startOutboxRelay', () => {
  let opened: TestDatabase

  beforeAll(async () => {
    opened = await openTestDatabase('PGlite')
  }, 120_000)
  afterAll(() => opened.close())

  const put = (tenant_id: string, kind: string, ready_at = 0) =>
    opened.database.withTenant(tenant_id, async (tx) => {
      await tx.insertInto('outbox').values({ tenant_id, run_id: 'r', kind, ready_at }).execute()
    })
  const rowsOf = (tenantId: string) =>
    opened.database.withTenant(tenantId, (tx) =>
      tx
        .selectFrom('outbox')
        .select(['kind', 'attempts', 'ready_at', 'health'])
        .where('tenant_id', '=', tenantId)
        .execute(),
    )
  /** Relays until the entries of one tenant have been delivered so many times. */
  const relay = async (tenantId: string, count: number, deliver: (entry: OutboxEntry) => Promise<Delivered>) => {
    const seen: OutboxEntry[] = []
    const messages: string[] = []
    const healths: unknown[] = []
    const log: RuntimeLog = (_, message) => messages.push(message)
    const running = startOutboxRelay(
      createOutbox(opened.database),
      async (entry) => {
        if (entry.tenantId !== tenantId) return { againMs: 3_600_000, health: null }
        seen.push(entry)
        return deliver(entry)
      },
      { log, onHealth: ({ runId }, health) => healths.push([runId, health]) },
    )
    await expect.poll(() => seen.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(count)
    await running.stop()
    return { seen, messages, healths }
  }

  test('delivers what is due once, and removes it', async () => {
    const tenantId = `t-${randomUUID()}`
    await put(tenantId, 'start')
    await put(tenantId, 'wake', Date.now() + 3_600_000)
    const { seen } = await relay(tenantId, 1, async () => 'done')
    expect(seen).toEqual([{ tenantId, runId: 'r', kind: 'start', attempts: 0, health: null }])
    expect(await rowsOf(tenantId)).toMatchObject([{ kind: 'wake', attempts: 0 }])
  })

  test('delivers again, later, what was not taken', async () => {
    const tenantId = `t-${randomUUID()}`
    await put(tenantId, 'start')
    const deliver = async ({ attempts }: OutboxEntry) => {
      if (attempts === 0) throw new RangeError('Temporal is away')
      return 'done' as const
    }
    const { seen, messages } = await relay(tenantId, 2, deliver)
    expect(seen.map(({ attempts }) => attempts)).toEqual([0, 1])
    expect(messages).toEqual(['outbox.deliver_failed: retrying'])
    expect(await rowsOf(tenantId)).toEqual([])
  })

  test('keeps what is to come back, by the clock of the database', async () => {
    const tenantId = `t-${randomUUID()}`
    await put(tenantId, 'watch')
    const before = Date.now()
    const { healths } = await relay(tenantId, 1, async () => ({ againMs: 60_000, health: 'STUCK' as const }))
    const [row] = await rowsOf(tenantId)
    expect(row).toMatchObject({ kind: 'watch', attempts: 1, health: 'STUCK' })
    expect(healths).toEqual([['r', 'STUCK']])
    expect(row?.ready_at).toBeGreaterThanOrEqual(before + 59_000)
    expect(row?.ready_at).toBeLessThanOrEqual(Date.now() + 61_000)
  })

  test('leaves messages of other kinds', async () => {
    const tenantId = `t-${randomUUID()}`
    await put(tenantId, 'mail')
    await put(tenantId, 'start')
    const { seen } = await relay(tenantId, 1, async () => 'done')
    expect(seen.map(({ kind }) => kind)).toEqual(['start'])
    expect(await rowsOf(tenantId)).toMatchObject([{ kind: 'mail' }])
  })

  test('holds up no delivery by another that takes its time, and waits for it when it stops', async () => {
    const tenantId = `t-${randomUUID()}`
    await put(tenantId, 'start', 1)
    let answerSlow = (): void => undefined
    const slow = new Promise<void>((resolve) => {
      answerSlow = resolve
    })
    const { seen } = await relay(tenantId, 2, async ({ kind }) => {
      if (kind === 'start') {
        await put(tenantId, 'wake', 2)
        await slow
      } else answerSlow()
      return 'done'
    })
    expect(seen.map(({ kind }) => kind)).toEqual(['start', 'wake'])
    expect(await rowsOf(tenantId)).toEqual([])
  })

  test('keeps relaying when the outbox cannot be read, and when a delivery cannot be recorded', async () => {
    const tenantId = `t-${randomUUID()}`
    await put(tenantId, 'start')
    const outbox = createOutbox(opened.database)
    let failures = 0
    const failing = async () => {
      failures += 1
      throw new RangeError('away')
    }
    const messages: string[] = []
    const running = startOutboxRelay(
      {
        claim: (limit) => (failures < 1 ? failing() : outbox.claim(limit)),
        remove: failing,
        postpone: failing,
      },
      async () => 'done',
      { log: (_, message) => messages.push(message), onHealth: () => undefined },
    )
    await expect.poll(() => failures).toBe(3)
    await running.stop()
    expect(messages).toEqual(['outbox.read_failed: retrying', 'outbox.deliver_failed: retrying'])
    expect(await rowsOf(tenantId)).toMatchObject([{ kind: 'start', attempts: 0, health: null }])
  })
})
