import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { describe, expect, test } from 'vitest'
import type { ObservationToCommit } from '../commit/commit-types.ts'
import { createObservationPump, type StoreObservations } from './observation-pump.ts'

const STARTED = { nodeRunId: 'a', pass: 1, attempt: 2 }

/** A store that keeps what it gets; the first `failures` batches are refused. */
function keeper(failures = 0) {
  const batches: (readonly ObservationToCommit[])[] = []
  const waiters: { readonly count: number; readonly resolve: () => void }[] = []
  let left = failures
  const tries: boolean[] = []
  const store: StoreObservations = async ({ observations, isRepeated }) => {
    tries.push(isRepeated)
    if (left > 0) {
      left -= 1
      throw new RangeError('away')
    }
    batches.push(observations)
    for (const { count, resolve } of waiters) if (batches.flat().length >= count) resolve()
  }
  /** Resolves once so many entries are stored. */
  const stored = (count: number) => new Promise<void>((resolve) => waiters.push({ count, resolve }))
  return { batches, store, stored, tries }
}

/** A promise that the test resolves. */
function gate() {
  let open = (): void => undefined
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, passed }
}

function open(store: StoreObservations, onRefused: (error: unknown) => void = () => undefined) {
  return createObservationPump(STARTED, { store, now: () => 1_000, onRefused })
}

describe('createObservationPump', () => {
  test('stores lines and calls in order, each with its index', async () => {
    const { batches, store, stored } = keeper()
    const pump = open(store)
    const three = stored(3)
    pump.log('info', 'one', { n: 1 })
    pump.toolCall({ tool: 'find', arguments: { q: 'x' }, answer: 'y', durationMs: 3 })
    pump.log('warn', 'two')
    await three
    expect(batches.flat()).toEqual([
      {
        observation: {
          type: 'node_log',
          nodeRunId: 'a',
          data: { timestamp: '1970-01-01T00:00:01.000Z', level: 'info', message: 'one', data: { n: 1 } },
        },
        ...{ pass: 1, attempt: 2, index: 0, at: 1_000 },
      },
      {
        observation: {
          type: 'tool_call',
          nodeRunId: 'a',
          data: { tool: 'find', arguments: { q: 'x' }, answer: 'y', durationMs: 3, pass: 1, attempt: 2 },
        },
        ...{ pass: 1, attempt: 2, index: 0, at: 1_000 },
      },
      expect.objectContaining({ index: 1, observation: expect.objectContaining({ type: 'node_log' }) }),
    ])
    expect(await pump.close()).toEqual({ observations: [], payloads: [], isRepeated: false })
  })

  test('sends what comes while a batch is on its way in the next one', async () => {
    const { batches, store, stored } = keeper()
    const answer = gate()
    const reached = gate()
    const pump = open(async (batch) => {
      reached.open()
      await answer.passed
      return store(batch)
    })
    const all = stored(100)
    pump.log('info', '0')
    await reached.passed
    for (let index = 1; index < 100; index += 1) pump.log('info', `${index}`)
    answer.open()
    await all
    expect(batches).toHaveLength(2)
    expect(batches.flat().map((entry) => entry.index)).toEqual(Array.from({ length: 100 }, (_, index) => index))
  })

  test('gives what could not be stored to go with the outcome, and takes nothing in after that', async () => {
    const { batches, store } = keeper(Number.POSITIVE_INFINITY)
    const refused = gate()
    const pump = open(store, refused.open)
    pump.log('info', 'kept')
    await refused.passed
    const rest = await pump.close()
    pump.log('info', 'too late')
    expect(rest.observations).toMatchObject([{ observation: { data: { message: 'kept' } } }])
    expect(batches).toEqual([])
    expect(await pump.close()).toMatchObject({ observations: [{ index: 0 }], isRepeated: true })
  })

  test('tries again by itself, with what has come meanwhile, and reports each refusal', async () => {
    const { batches, store, stored } = keeper(2)
    const refusals: unknown[] = []
    const first = gate()
    const pump = open(store, (error) => {
      refusals.push(error)
      first.open()
    })
    const two = stored(2)
    pump.log('info', 'one')
    await first.passed
    pump.log('info', 'two')
    await two
    expect(batches.flat().map(({ observation }) => observation.data)).toMatchObject([
      { message: 'one' },
      { message: 'two' },
    ])
    expect(refusals).toEqual([new RangeError('away'), new RangeError('away')])
  })

  test('keeps a journal entry back until it is stored, also when the store was away', async () => {
    const { batches, store, tries } = keeper(1)
    const pump = open(store)
    const value = { hash: 'h', size: 2 }
    await pump.journal({ pass: 1, attempt: 2, key: 'k', value }, [])
    expect(batches.flat()).toMatchObject([{ observation: { type: 'node_journaled', data: { key: 'k' } }, index: 0 }])
    expect(tries).toEqual([false, true])
  })

  test('refuses all entries once a later version has written to the log, and asks the store once', async () => {
    const newer = new TenonError('RUN_LOG_NEWER', 'newer', { details: { type: 'run_migrated' } })
    let tries = 0
    const pump = open(async () => {
      tries += 1
      throw newer
    })
    pump.log('info', 'lost')
    const value = { hash: 'h', size: 2 }
    await expect(pump.journal({ pass: 1, attempt: 2, key: 'k', value }, [])).rejects.toBe(newer)
    pump.log('info', 'lost as well')
    await expect(pump.journal({ pass: 1, attempt: 2, key: 'l', value }, [])).rejects.toBe(newer)
    expect(tries).toBe(1)
    expect(await pump.close()).toMatchObject({ observations: [], payloads: [] })
  })

  test('leaves out lines beyond two thousand, and says so once', async () => {
    const { batches, store } = keeper()
    const pump = open(store)
    for (let index = 0; index < 2_500; index += 1) pump.log('info', `${index}`)
    const rest = await pump.close()
    const messages = [...batches.flat(), ...rest.observations].map(({ observation }) =>
      observation.type === 'node_log' ? observation.data.message : '',
    )
    expect(messages).toHaveLength(2_001)
    expect(messages.at(-1)).toMatch(/left out/)
  })

  test('stores what is no JSON, or too large, as a text that says so', async () => {
    const { batches, store, stored } = keeper()
    const pump = open(store)
    const three = stored(3)
    pump.log('info', 'x'.repeat(10_000), { big: 'y'.repeat(20_000) })
    pump.log('info', 'odd', { when: new Date() } as never as Json)
    pump.toolCall({ tool: 'find', arguments: { bad: Number.NaN }, answer: 1, durationMs: 1 })
    await three
    const [long, odd, call] = batches.flat().map(({ observation }) => observation.data)
    expect(long).toMatchObject({ message: 'x'.repeat(8_192), data: expect.stringContaining('left out') })
    expect(odd).toMatchObject({ data: expect.stringContaining('left out') })
    expect(call).toMatchObject({ tool: 'find', arguments: expect.stringContaining('left out'), answer: null })
  })

  test('stores a call as it was recorded, whatever the body does with it afterwards', async () => {
    const { batches, store, stored } = keeper()
    const pump = open(store)
    const two = stored(2)
    const call = { tool: 'find', arguments: { n: 1 as unknown as Json }, durationMs: 1 }
    pump.toolCall(call)
    call.arguments.n = 10n as never
    pump.toolCall({ tool: '\ud800', arguments: { n: 10n as never }, durationMs: Number.NaN })
    await two
    const [copied, odd] = batches.flat().map(({ observation }) => observation.data)
    expect(copied).toMatchObject({ tool: 'find', arguments: { n: 1 } })
    expect(odd).toMatchObject({ tool: '\ufffd', arguments: expect.stringContaining('left out'), durationMs: 0 })
  })

  describe('what the database refuses for good', () => {
    const lineOf = ({ observation }: ObservationToCommit) =>
      observation.type === 'node_log' ? observation.data.message : observation.type

    /** Refuses every batch with an entry that a test calls bad. */
    function refusing(isBad: (observation: ObservationToCommit) => boolean) {
      const kept = keeper()
      const store: StoreObservations = async (batch) => {
        if (batch.observations.some(isBad)) throw new TenonError('APPEND_REFUSED', 'The database cannot store it')
        await kept.store(batch)
      }
      return { ...kept, store }
    }

    test('is left out, and holds up no other line', async () => {
      const { batches, store, stored } = refusing((entry) => lineOf(entry) === 'bad')
      const refusals: unknown[] = []
      const pump = open(store, (error) => refusals.push(error))
      const three = stored(3)
      for (const line of ['one', 'bad', 'two', 'three']) pump.log('info', line)
      await three
      expect(batches.flat().map(lineOf)).toEqual(['one', 'two', 'three'])
      expect(refusals).toHaveLength(2)
      expect(await pump.close()).toMatchObject({ observations: [] })
    })

    test('rejects the durable call whose value it is, so that its body does not wait for ever', async () => {
      const { store } = refusing((entry) => entry.observation.type === 'node_journaled')
      const pump = open(store)
      const value = { hash: 'h', size: 2, inline: {} }
      await expect(pump.journal({ pass: 1, attempt: 2, key: 'k', value }, [])).rejects.toMatchObject({
        code: 'APPEND_REFUSED',
      })
      expect(await pump.close()).toMatchObject({ observations: [] })
    })

    test('stays in order when the database is away between', async () => {
      const { batches, store, stored } = refusing((entry) => lineOf(entry) === 'bad')
      let tries = 0
      const pump = open(async (batch) => {
        tries += 1
        if (tries === 2) throw new RangeError('away')
        await store(batch)
      })
      const two = stored(2)
      for (const line of ['one', 'bad', 'two']) pump.log('info', line)
      await two
      expect(batches.flat().map(lineOf)).toEqual(['one', 'two'])
    })
  })

  test('repairs lines that no text column could hold, and cuts none within a character', async () => {
    const { batches, store, stored } = keeper()
    const pump = open(store)
    const two = stored(2)
    pump.log('info', 'a\0b\ud800')
    pump.log('info', `${'x'.repeat(8_191)}😀`)
    await two
    const lines = batches
      .flat()
      .map(({ observation }) => (observation.type === 'node_log' ? observation.data.message : ''))
    expect(lines).toEqual(['a\u2400b\ufffd', 'x'.repeat(8_191)])
  })

  test('leaves out tool calls beyond 1,000, and says so once', async () => {
    const { batches, store } = keeper()
    const pump = open(store)
    for (let index = 0; index < 1_100; index += 1) {
      pump.toolCall({ tool: 'find', arguments: { index }, answer: null, durationMs: 1 })
    }
    const all = [...batches.flat(), ...(await pump.close()).observations]
    const types = all.map(({ observation }) => observation.type)
    expect(types.filter((type) => type === 'tool_call')).toHaveLength(1_000)
    expect(all.at(-1)?.observation).toMatchObject({
      data: { level: 'warn', message: 'Further tool calls of this attempt are left out' },
    })
    expect(types.filter((type) => type === 'node_log')).toHaveLength(1)
  })

  test.each(['lines', 'tool calls'])('leaves out %s beyond 4 MiB', async (what) => {
    const { batches, store } = keeper()
    const pump = open(store)
    const text = 'x'.repeat(8_000)
    for (let index = 0; index < 900; index += 1) {
      if (what === 'lines') pump.log('info', text)
      else pump.toolCall({ tool: 'find', arguments: text, answer: null, durationMs: 1 })
    }
    const all = [...batches.flat(), ...(await pump.close()).observations]
    expect(all.length).toBeGreaterThan(400)
    expect(JSON.stringify(all).length).toBeLessThan(5_000_000)
    expect(JSON.stringify(all.at(-1))).toContain(`Further ${what} of this attempt are left out`)
  })
})
