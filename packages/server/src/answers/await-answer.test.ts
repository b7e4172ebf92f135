import type { ValueRef } from '@tenon/core/run'
import type { StoredRun } from '@tenon/runtime'
import { describe, expect, test } from 'vitest'
import { awaitAnswer } from './await-answer.ts'

const REF = { hash: 'h', size: 1 } as ValueRef
const RESPONSE = { status: 200, format: 'json', headers: {}, body: 'stored' }
const run = (status: StoredRun['status']) => ({ tenantId: 't', runId: 'r', status, nextSeq: 3 }) as StoredRun

/** A server whose tail hears of nothing, as when the bus loses its messages, and whose run changes meanwhile. */
function deaf(reads: readonly [StoredRun, ValueRef | null][], closing = new AbortController()) {
  let read = 0
  return {
    now: () => 0,
    closing: closing.signal,
    runTails: { follow: () => ({ tail: { isOver: false, after: () => [] }, leave: () => {} }) },
    reader: {
      readEvents: async () => [],
      getRun: async () => reads[read]?.[0] ?? null,
      readAnswer: async () => reads[read++]?.[1] ?? null,
      loadValue: async () => ({ response: RESPONSE }),
    },
  }
}

const wait = (server: ReturnType<typeof deaf>, abortSignal = new AbortController().signal) =>
  awaitAnswer(server, { tenantId: 't', runId: 'r' }, { until: 0, abortSignal })

describe('awaitAnswer, when the bus says nothing', () => {
  test('finds what was stored in time at the end of the wait', async () => {
    const open = run('running')
    const server = deaf([
      [open, null],
      [open, REF],
    ])
    expect(await wait(server)).toEqual({ kind: 'answered', answer: RESPONSE })
    const ended = deaf([
      [open, null],
      [run('completed'), null],
    ])
    expect(await wait(ended)).toEqual({ kind: 'ended' })
    const silent = deaf([
      [open, null],
      [open, null],
    ])
    expect(await wait(silent)).toEqual({ kind: 'late' })
  })

  test('says that the server closes, or that the caller has gone', async () => {
    const open = run('running')
    const closing = new AbortController()
    closing.abort()
    const closed = deaf(
      [
        [open, null],
        [open, null],
      ],
      closing,
    )
    const later = { until: 60_000, abortSignal: new AbortController().signal }
    expect(await awaitAnswer(closed, { tenantId: 't', runId: 'r' }, later)).toEqual({ kind: 'closing' })
    expect(await wait(deaf([[open, null]]), AbortSignal.abort())).toEqual({ kind: 'gone' })
  })
})
