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

function createDeps() {
  const stop = new AbortController()
  const lines: string[] = []
  return {
    stop,
    lines,
    deps: {
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
    const { deps, lines } = createDeps()
    const result = await untilStored(async (isRepeated) => {
      calls.push(isRepeated)
      if (calls.length < 3) throw new TenonError('UNAVAILABLE', 'away')
      return RESULT
    }, deps)
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
      }, createDeps().deps)
      await expect(storing).rejects.toMatchObject({ code })
      expect(calls).toBe(1)
    },
  )

  test('gives up when the process goes, at once', async () => {
    const { stop, deps } = createDeps()
    const storing = untilStored(async () => {
      stop.abort()
      throw new TenonError('UNAVAILABLE', 'away')
    }, deps)
    expect(await storing).toBeNull()
    const { stop: later, deps: laterDeps } = createDeps()
    const waiting = untilStored(async () => {
      setImmediate(() => later.abort())
      throw new TenonError('UNAVAILABLE', 'away')
    }, laterDeps)
    expect(await waiting).toBeNull()
  })
})
