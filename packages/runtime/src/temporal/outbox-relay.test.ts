import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RuntimeLog } from '../engine.ts'
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts'
import { type Delivered, type OutboxEntry, startOutboxRelay } from './outbox-relay.ts'

const AT = Date.UTC(2026, 0, 5)

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
      tx.selectFrom('outbox').select(['kind', 'attempts', 'ready_at']).where('tenant_id', '=', tenantId).execute(),
    )
  /** Relays until the entries of one tenant have been delivered so many times; each look at the clock moves it. */
  const relay = async (
    tenantId: string,
    count: number,
    deliver: (entry: OutboxEntry) => Promise<Delivered>,
    tickMs = 0,
  ) => {
    let time = AT
    const now = () => {
      time += tickMs
      return time
    }
    const seen: OutboxEntry[] = []
    const messages: string[] = []
    const log: RuntimeLog = (_, message) => messages.push(message)
    const running = startOutboxRelay(
      opened.database,
      async (entry) => {
        if (entry.tenantId !== tenantId) return { againMs: 3_600_000 }
        seen.push(entry)
        return deliver(entry)
      },
      log,
      now,
    )
    await expect.poll(() => seen.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(count)
    await running.stop()
    return { seen, messages }
  }

  test('delivers what is due once, and removes it', async () => {
    const tenantId = `t-${randomUUID()}`
    await put(tenantId, 'start')
    await put(tenantId, 'poke', AT + 3_600_000)
    const { seen } = await relay(tenantId, 1, async () => 'done')
    expect(seen).toEqual([{ tenantId, runId: 'r', kind: 'start', attempts: 0 }])
    expect(await rowsOf(tenantId)).toMatchObject([{ kind: 'poke', attempts: 0 }])
  })

  test('delivers again, later, what was not taken', async () => {
    const tenantId = `t-${randomUUID()}`
    await put(tenantId, 'start')
    const deliver = async ({ attempts }: OutboxEntry) => {
      if (attempts === 0) throw new RangeError('Temporal is away')
      return 'done' as const
    }
    const { seen, messages } = await relay(tenantId, 2, deliver, 400)
    expect(seen.map(({ attempts }) => attempts)).toEqual([0, 1])
    expect(messages).toEqual(['Temporal did not take a message; it is sent again'])
    expect(await rowsOf(tenantId)).toEqual([])
  })

  test('keeps what is to come back', async () => {
    const tenantId = `t-${randomUUID()}`
    await put(tenantId, 'watch')
    await relay(tenantId, 1, async () => ({ againMs: 60_000 }))
    const [row] = await rowsOf(tenantId)
    expect(row).toEqual({ kind: 'watch', attempts: 1, ready_at: AT + 60_000 })
  })

  test('leaves what others put there', async () => {
    const tenantId = `t-${randomUUID()}`
    await put(tenantId, 'mail')
    await put(tenantId, 'start')
    const { seen } = await relay(tenantId, 1, async () => 'done')
    expect(seen.map(({ kind }) => kind)).toEqual(['start'])
    expect(await rowsOf(tenantId)).toMatchObject([{ kind: 'mail' }])
  })
})
