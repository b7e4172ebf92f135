import type { JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { DocumentContent, DocumentReader } from '@tenon/core/node'
import { createNodeTestHarness, createTestFiles } from '@tenon/core/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { failureOf } from '../../test/run-node.ts'
import { createTextractOcrNode } from './implementation.ts'

const CONTENT: DocumentContent = {
  ...{ text: 'Order', pageCount: 1, pages: [], fields: [], tables: [], answers: [], signatures: [], warnings: [] },
}

/** A service that gives each key of a request one job, whose results are those of the list, one after the other. */
function readerOf(results: readonly (DocumentContent | null | TenonError)[]) {
  const keys: string[] = []
  const asked: string[] = []
  const rest = [...results]
  const reader: DocumentReader = {
    start: async (_request, { idempotencyKey }) => {
      if (!keys.includes(idempotencyKey)) keys.push(idempotencyKey)
      return { askAfterMs: 3_000, state: { job: `job-${keys.indexOf(idempotencyKey) + 1}` } }
    },
    result: async ({ state }) => {
      asked.push(String(state.job))
      const result = rest.shift() ?? null
      if (result instanceof TenonError) throw result
      return result
    },
    discard: async () => Promise.reject(new Error('the bucket is away')),
  }
  return { reader, asked }
}

function harnessOf(reader: DocumentReader, connectionId = 'scanner') {
  const files = createTestFiles()
  const connection = { connectionId, provider: 'aws', values: {} }
  const node = createNodeTestHarness(createTextractOcrNode(reader), { files, connection })
  const file = files.add({ name: 'order.pdf', type: 'application/pdf', content: 'x' }) as unknown as JsonObject
  return { node, params: { connection: connectionId, file, bucket: 'scans' } }
}

afterEach(() => vi.restoreAllMocks())

test('a reading that has failed for good is followed by another one, and a failure that passes is not', async () => {
  const clock = vi.spyOn(Date, 'now').mockReturnValue(1_000_000)
  const passing = new TenonError('DOCUMENT_READ_FAILED', 'Busy', { retryable: true })
  const failed = new TenonError('DOCUMENT_READ_FAILED', 'The job failed', { retryable: false })
  const { reader, asked } = readerOf([passing, failed, failed, CONTENT])
  const { node, params } = harnessOf(reader)
  const passes = async () => {
    await node.run(params)
    clock.mockReturnValue(Date.now() + 3_000)
    return node.run(params)
  }
  expect(await failureOf(passes())).toBe(passing)
  expect(await failureOf(passes())).toBe(failed)
  expect(await failureOf(passes())).toBe(failed)
  const { output } = await passes()
  expect(output).toMatchObject({ text: 'Order' })
  expect(asked).toEqual(['job-1', 'job-1', 'job-2', 'job-3'])
})

test('a failure to remove what was stored is a line of the log', async () => {
  const clock = vi.spyOn(Date, 'now').mockReturnValue(1_000_000)
  const { node, params } = harnessOf(readerOf([CONTENT]).reader)
  await node.run(params)
  clock.mockReturnValue(1_003_000)
  expect((await node.run(params)).output).toMatchObject({ text: 'Order' })
  expect(node.logs).toMatchObject([{ level: 'warn', message: 'What was stored for the document could not be removed' }])
})

test('a worker with a clock that is behind asks when it is woken, and waits beyond that instant', async () => {
  const clock = vi.spyOn(Date, 'now').mockReturnValue(1_000_000)
  const { reader, asked } = readerOf([null])
  const { node, params } = harnessOf(reader)
  expect((await node.run(params)).waitFor).toEqual({ kind: 'time', dueAt: 1_003_000 })
  clock.mockReturnValue(998_000)
  const { waitFor } = await node.run(params, { resume: { kind: 'time', firedAt: 1_003_000 } })
  expect(asked).toEqual(['job-1'])
  expect(waitFor).toEqual({ kind: 'time', dueAt: 1_005_000 })
})
