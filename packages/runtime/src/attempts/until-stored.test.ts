import { TenonError } from '@tenon/core/errors'
import { describe, expect, test } from 'vitest'
import type { CommitResult } from '../commit/commit-types.ts'
import { untilStored } from './until-stored.ts'

const RESULT: CommitResult = {
  outcome: 'committed',
  status: 'running',
  events: [],
  commands: [],
  started: [],
  metOthers: false,
  hasMore: false,
}

function place() {
  const stop = new AbortController()
  const lines: string[] = []
  return {
    stop,
    lines,
    place: {
      shutdown: stop.signal,
      log: (_: string, line: string) => void lines.push(line),
      runId: 'r',
      nodeRunId: 'n',
    },
  }
}

describe('untilStored', () => {
  test('tries again until the store answers', async () => {
    const calls: boolean[] = []
    const { place: where, lines } = place()
    const result = await untilStored(async (isRepeated) => {
      calls.push(isRepeated)
      if (calls.length < 3) throw new TenonError('UNAVAILABLE', 'away')
      return RESULT
    }, where)
    expect(result).toBe(RESULT)
    expect(lines).toHaveLength(2)
    expect(calls).toEqual([false, true, true])
  })

  test.each(['FACT_INVALID', 'APPEND_REFUSED', 'RUN_LOG_NEWER'] as const)(
    'does not try again what can never be stored: %s',
    async (code) => {
      let calls = 0
      const storing = untilStored(async () => {
        calls += 1
        throw new TenonError(code, 'no')
      }, place().place)
      await expect(storing).rejects.toMatchObject({ code })
      expect(calls).toBe(1)
    },
  )

  test('gives up when the process goes, at once', async () => {
    const { stop, place: where } = place()
    const storing = untilStored(async () => {
      stop.abort()
      throw new TenonError('UNAVAILABLE', 'away')
    }, where)
    expect(await storing).toBeNull()
    const { stop: later, place: there } = place()
    const waiting = untilStored(async () => {
      setImmediate(() => later.abort())
      throw new TenonError('UNAVAILABLE', 'away')
    }, there)
    expect(await waiting).toBeNull()
  })
})
