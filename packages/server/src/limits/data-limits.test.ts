import { describe, expect, test } from 'vitest'
import { createDataUsage, type DataLimitsOf } from './data-limits.ts'

function open(limitsOf?: DataLimitsOf) {
  const stored = { payloadBytes: 100, fileBytes: 7, dataBytes: 9, openWaits: 3 }
  const state = { now: 0, reads: 0, fails: false }
  const lines: unknown[] = []
  const usage = createDataUsage({
    reader: {
      readUsage: async () => {
        state.reads += 1
        if (state.fails) throw new RangeError('away')
        return { ...stored }
      },
    },
    limitsOf,
    log: (_level, message, fields) => lines.push([message, fields]),
    now: () => state.now,
  })
  return { stored, state, lines, usage }
}

describe('createDataUsage', () => {
  test('measures a tenant at most once a minute, and not to start a run without limits', async () => {
    const { stored, state, usage } = open()
    await usage.checkRoom('t')
    expect(state.reads).toBe(0)
    const first = {
      payloadBytes: 100,
      payloadBytesLimit: null,
      fileBytes: 7,
      dataBytes: 9,
      openWaits: 3,
      openWaitsLimit: null,
    }
    expect(await Promise.all([usage.usageOf('t'), usage.usageOf('t')])).toEqual([first, first])
    expect(state.reads).toBe(1)
    stored.openWaits = 4
    state.now = 59_999
    expect(await usage.usageOf('t')).toEqual(first)
    state.now = 60_000
    expect(await usage.usageOf('t')).toEqual({ ...first, openWaits: 4 })
    state.now = 120_000
    state.fails = true
    await expect(usage.usageOf('t')).rejects.toThrow('away')
    state.fails = false
    expect((await usage.usageOf('t')).openWaits).toBe(4)
  })

  test('refuses a run while the tenant stores as much as it may', async () => {
    const limits = { payloadBytes: 101, openWaits: 4 }
    const { usage } = open(() => limits)
    await usage.checkRoom('t')
    limits.openWaits = 3
    await expect(usage.checkRoom('t')).rejects.toMatchObject({
      code: 'WAIT_LIMIT_REACHED',
      details: { used: 3, limit: 3 },
    })
    limits.payloadBytes = 100
    await expect(usage.checkRoom('t')).rejects.toMatchObject({
      code: 'PAYLOAD_LIMIT_REACHED',
      details: { used: 100, limit: 100 },
    })
    expect(await usage.usageOf('t')).toMatchObject({ payloadBytesLimit: 100, openWaitsLimit: 3 })
  })

  test('refuses a large value while the tenant stores as many bytes as it may', async () => {
    const large = { text: 'x'.repeat(17_000) }
    const limits: { payloadBytes?: number; openWaits: number } = { openWaits: 0 }
    const { usage, state } = open(() => limits)
    await usage.checkValue('t', large, ['payload'])
    expect(state.reads).toBe(0)
    limits.payloadBytes = 101
    await usage.checkValue('t', large, ['payload'])
    limits.payloadBytes = 100
    await usage.checkValue('t', { text: 'short' }, ['payload'])
    await expect(usage.checkValue('t', large, ['payload'])).rejects.toMatchObject({
      code: 'PAYLOAD_LIMIT_REACHED',
      remedy: 'Send a value of at most 16384 bytes, delete runs, or ask for a higher limit.',
      details: { used: 100, limit: 100, issues: [{ path: ['payload'], code: 'too_large' }] },
    })
  })

  test('applies no faulty limit, and reports each new fault once', async () => {
    let answer: unknown = { payloadBytes: -1, openWaits: Number.POSITIVE_INFINITY }
    const { usage, lines } = open(() => {
      if (answer instanceof Error) throw answer
      return answer as object
    })
    await usage.checkRoom('t')
    await usage.checkRoom('t')
    for (const given of [Promise.resolve({ openWaits: 1 }), 3, { openWait: 1 }, new RangeError('no plan')]) {
      answer = given
      await usage.checkRoom('t')
    }
    expect(lines).toEqual([
      ['data_limits.invalid: no limit applies', { tenantId: 't', reason: 'payloadBytes is -1' }],
      [
        'data_limits.invalid: no limit applies',
        { tenantId: 't', reason: 'the answer is a promise, and not an object of limits' },
      ],
      [
        'data_limits.invalid: no limit applies',
        { tenantId: 't', reason: 'the answer is 3, and not an object of limits' },
      ],
      ['data_limits.invalid: no limit applies', { tenantId: 't', reason: 'openWait is not a field' }],
      ['data_limits.invalid: no limit applies', { tenantId: 't', reason: expect.stringContaining('no plan') }],
    ])
  })

  test('forgets the oldest of many tenants', async () => {
    const { usage, state } = open()
    for (let tenant = 0; tenant <= 10_000; tenant += 1) await usage.usageOf(`t${tenant}`)
    await usage.usageOf('t1')
    expect(state.reads).toBe(10_001)
    await usage.usageOf('t0')
    expect(state.reads).toBe(10_002)
  })
})
