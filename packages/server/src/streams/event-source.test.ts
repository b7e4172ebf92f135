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
    const text = await toEventStream(ending(), String, (...entry) => logged.push(entry)).text()
    expect(text).toBe('retry: 1000\n\n: heartbeat\n\nevent: end\ndata: {}\n\n')
    expect(logged).toEqual([])
  })

  test('says in the log why a stream broke off', async () => {
    const logged: unknown[] = []
    const response = toEventStream(breaking(), String, (...entry) => logged.push(entry))
    await expect(response.text()).rejects.toThrow('The database is gone')
    expect(logged).toEqual([['error', 'An event stream broke off', { error: 'Error: The database is gone' }]])
  })
})
