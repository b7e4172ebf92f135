import type { RunEvent } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { toEventStream } from './event-source.ts'

async function* breaking(): AsyncGenerator<readonly RunEvent[] | null, boolean, void> {
  yield null
  throw new Error('The database is gone')
}

async function* ending(): AsyncGenerator<readonly RunEvent[] | null, boolean, void> {
  yield null
  return true
}

describe('toEventStream', () => {
  test('ends with the run, without a word in the log', async () => {
    const logged: unknown[] = []
    const left: string[] = []
    const log = (...entry: unknown[]) => void logged.push(entry)
    const text = await toEventStream(ending(), String, { log, leave: () => left.push('left') }).text()
    expect(left).toEqual(['left'])
    expect(text).toBe('retry: 1000\n\n: heartbeat\n\nevent: end\ndata: {}\n\n')
    expect(logged).toEqual([])
  })

  test('is left when its reader goes before the first event', async () => {
    const left: string[] = []
    const response = toEventStream(ending(), String, { log: () => undefined, leave: () => left.push('left') })
    await response.body?.cancel()
    expect(left).toEqual(['left'])
  })

  test.each([
    ['a batch', [1]],
    ['a heartbeat', null],
    ['the end', undefined],
  ])('is no failure when its reader cancels while %s is pending', async (_what, pending) => {
    let arrive = (): void => undefined
    const ended: string[] = []
    async function* feeding(): AsyncGenerator<readonly number[] | null, boolean, void> {
      try {
        await new Promise<void>((resolve) => {
          arrive = resolve
        })
        if (pending !== undefined) yield pending
        return true
      } finally {
        ended.push('ended')
      }
    }
    const logged: unknown[] = []
    const left: string[] = []
    const log = (...entry: unknown[]) => void logged.push(entry)
    const reader = toEventStream(feeding(), String, { log, leave: () => left.push('left') }).body?.getReader()
    // The reconnection time; then the first batch is asked for.
    await reader?.read()
    const canceled = reader?.cancel()
    arrive()
    await canceled
    expect([left, ended, logged]).toEqual([['left'], ['ended'], []])
    expect(await reader?.read()).toEqual({ done: true, value: undefined })
  })

  test('ends what feeds it when an item cannot be written', async () => {
    const ended: string[] = []
    const left: string[] = []
    async function* feeding(): AsyncGenerator<readonly number[] | null, boolean, void> {
      try {
        for (;;) yield [1]
      } finally {
        ended.push('ended')
      }
    }
    const logged: unknown[] = []
    const log = (...entry: unknown[]) => void logged.push(entry)
    const toEvent = (): string => {
      throw new RangeError('Cannot be written')
    }
    const response = toEventStream(feeding(), toEvent, { log, leave: () => left.push('left') })
    await expect(response.text()).rejects.toThrow('Cannot be written')
    expect([left, ended]).toEqual([['left'], ['ended']])
    expect(logged).toEqual([['error', 'stream.failed: closing', { reason: 'Cannot be written' }]])
  })

  test('says in the log why a stream broke off', async () => {
    const logged: unknown[] = []
    const left: string[] = []
    const log = (...entry: unknown[]) => void logged.push(entry)
    const response = toEventStream(breaking(), String, { log, leave: () => left.push('left') })
    await expect(response.text()).rejects.toThrow('The database is gone')
    expect(left).toEqual(['left'])
    expect(logged).toEqual([['error', 'stream.failed: closing', { reason: 'The database is gone' }]])
  })
})
