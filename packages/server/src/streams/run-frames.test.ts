import { createPartialFold, emptyRunView, OUTER_PART, type RunViewSnapshot } from '@tenon/core/run'
import { expect, test } from 'vitest'
import { type RunFramesContext, runFrames } from './run-frames.ts'

const { nodeRuns: _, approvals: _a, parked: _p, waits: _w, ...head } = emptyRunView()
const KEY = 'Bearer s3cr3t-canary-value'
const VIEW: RunViewSnapshot = {
  head: { ...head, seq: 1_500, status: 'canceled', cancelReason: `It sent ${KEY}` },
  parts: [[OUTER_PART, { nodeRuns: [], approvals: [], parked: [], waits: [] }]],
}

/** Reads the first frames of a stream whose view is folded by so many calls. */
async function open(calls: number, abort = new AbortController()) {
  let left = calls
  const reader = {
    advanceView: async () => {
      left -= 1
      if (left === 1) abort.abort()
      return left > 0 ? { seq: 1_500 - left } : null
    },
    readView: async () => VIEW,
    readEvents: async () => [],
  }
  const server = { reader, closing: new AbortController().signal } as unknown as RunFramesContext
  const run = { tenantId: 't', runId: 'r', nextSeq: 1_501 }
  return {
    frames: runFrames(server, run, { after: 0, acceptsView: true, abortSignal: abort.signal }),
    left: () => left,
  }
}

test('a view is sent with its credentials masked', async () => {
  const { frames } = await open(1)
  const { value } = await frames.next()
  const [frame] = Array.isArray(value) ? value : []
  expect(frame).toMatchObject({ seq: 1_500, type: 'view' })
  expect(JSON.stringify(frame)).toContain('It sent')
  expect(JSON.stringify(frame)).not.toContain('s3cr3t')
  expect(createPartialFold(frame.view).view().status).toBe('canceled')
})

test('a client that has left does not have the rest of a log folded', async () => {
  const { frames, left } = await open(5)
  const readings = [await frames.next(), await frames.next(), await frames.next()]
  expect(readings.map(({ value }) => value)).toEqual(
    [1_496, 1_497, 1_498].map((read) => [{ seq: 0, type: 'reading', read, total: 1_500 }]),
  )
  expect(await frames.next()).toEqual({ done: true, value: false })
  expect(left()).toBe(1)
})
