import type { JsonObject } from '@tenon/core/document'
import { awsHosts, type HttpClient } from '@tenon/core/node'
import { createNodeTestHarness, createTestFiles } from '@tenon/core/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createEgress } from '../../../runtime/src/egress/egress.ts'
import {
  AWS_KEY,
  AWS_REGION,
  startTextractSimulator,
  type TextractSimulator,
} from '../../../runtime/test/textract-simulator.ts'
import { failureOf } from '../../test/run-node.ts'
import { answers, form, line, page, table } from '../../test/textract-blocks.ts'
import { createTextractOcrNode } from '../textract-ocr/implementation.ts'
import { contentOf } from './content-of.ts'
import { textractReader } from './textract-reader.ts'

const box = { left: 0.1, top: 0.2, width: 0.3, height: 0.05 }
const position = { page: 1, confidence: 0.995, box }
const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47])
const PDF = '%PDF-1.7 /Type /Page /Type /Page /Type /Page'

let simulator: TextractSimulator
let egress: ReturnType<typeof createEgress>
let now: number

beforeEach(async () => {
  simulator = await startTextractSimulator()
  const names = awsHosts(AWS_REGION).map((host) => `${host}:${simulator.port}`)
  egress = createEgress({ allow: names, dns: async () => ['127.0.0.1'] })
  now = Date.now()
  vi.spyOn(Date, 'now').mockImplementation(() => now)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all([egress.close(), simulator[Symbol.asyncDispose]()])
})

/** The client of a node with a connection to AWS, over real sockets. */
function signingHttp(key = AWS_KEY): HttpClient {
  const allowedHosts = awsHosts(AWS_REGION).map((host) => `http://${host}:${simulator.port}`)
  const httpCredentials = { headers: {}, query: {}, allowedHosts, aws: { ...key, region: AWS_REGION } }
  return {
    request: (url, init) => egress.request(url, { ...init, httpCredentials }),
    fetch: (input, init) => egress.fetch(input, { ...init, httpCredentials }),
  }
}

function harness(http = signingHttp()) {
  const files = createTestFiles()
  const connection = { connectionId: 'c', provider: 'aws', values: { region: AWS_REGION } }
  const reader = textractReader({ originOf: simulator.originOf })
  const run = createNodeTestHarness(createTextractOcrNode(reader), { http, files, connection })
  const pdf = files.add({ name: 'order.pdf', type: 'application/pdf', content: PDF }) as unknown as JsonObject
  const png = files.add({ name: 'order.png', type: 'image/png', content: PNG }) as unknown as JsonObject
  return {
    run: (params: JsonObject, attempt = 1) => run.run({ connection: 'c', ...params }, { attempt }),
    logs: run.logs,
    pdf,
    png,
    files,
  }
}

/** Runs passes until the node no longer waits. */
async function toEnd({ run }: ReturnType<typeof harness>, params: JsonObject) {
  const waits: number[] = []
  for (;;) {
    const { output, waitFor } = await run(params)
    if (waitFor === null) return { output, waits }
    if (waitFor.kind !== 'time') throw new Error('It waits for a time')
    waits.push(waitFor.dueAt - now)
    now = waitFor.dueAt
  }
}

describe('a document that is read at once', () => {
  test('gives text, fields, tables, answers and signatures with their positions', async () => {
    simulator.result = {
      pages: 1,
      parts: [[page(), line('Order'), line('Total: 12.00'), ...form, ...table, ...answers]],
    }
    const { run, png } = harness()
    const questions = { total: 'What is the total?', who: 'Who?' }
    const { output } = await run({ file: png, forms: true, tables: true, signatures: true, questions })
    expect(output).toEqual({
      text: 'Order\nTotal: 12.00',
      pageCount: 1,
      pages: [{ page: 1, lines: ['Order', 'Total: 12.00'].map((text) => ({ text, confidence: 0.995, box })) }],
      fields: [
        { ...position, name: 'Total', value: { text: '12.00', isSelected: null, box } },
        { ...position, name: 'Paid', value: { text: '', isSelected: true, box } },
        { ...position, name: 'Note', value: null },
      ],
      tables: [
        expect.objectContaining({
          ...{
            title: 'Order',
            rows: [
              ['Line items', ''],
              ['Tea', '2'],
            ],
            page: 1,
          },
          cells: [
            expect.objectContaining({ text: 'Line items', columnSpan: 2, isHeader: true }),
            expect.objectContaining({ text: 'Tea', row: 2, column: 1, isHeader: false }),
            expect.objectContaining({ text: '2', row: 2, column: 2 }),
          ],
        }),
      ],
      answers: [
        { ...position, confidence: 0.9, name: 'total', question: 'What is the total?', text: '12.00' },
        { ...position, confidence: 0.4, name: 'total', question: 'What is the total?', text: '11.00' },
      ],
      signatures: [position],
      warnings: [],
      file: png,
    })
    expect(simulator.calls).toEqual(['AnalyzeDocument'])
  })

  test('needs a bucket if it has several pages or is large, and a type that Textract reads', async () => {
    const { run, pdf, png, files } = harness()
    const paged = await failureOf(run({ file: pdf }))
    expect(paged).toMatchObject({
      code: 'DOCUMENT_INVALID',
      retryable: false,
      details: { reason: 'UnsupportedDocumentException' },
    })
    expect(paged.remedy).toContain('S3 bucket')
    const large = { ...png, size: 10_485_761 }
    expect(await failureOf(run({ file: large }))).toMatchObject({ code: 'DOCUMENT_INVALID', retryable: false })
    const text = files.add({ name: 'a.txt', type: 'text/plain', content: 'a' }) as unknown as JsonObject
    expect(await failureOf(run({ file: text }))).toMatchObject({ code: 'DOCUMENT_INVALID' })
    expect(await failureOf(run({ file: text, bucket: 'scans' }))).toMatchObject({ code: 'DOCUMENT_INVALID' })
    expect(simulator.calls).toEqual(['DetectDocumentText'])
  })
})

describe('a document with several pages', () => {
  const parts = [
    [page(1), line('One')],
    [page(2), line('Two', 2)],
    [page(3), line('Three', 3)],
  ]

  test('is read by a job from the bucket, while the node waits; all parts of the result are read', async () => {
    simulator.polls = 3
    simulator.result = { pages: 3, parts }
    const node = harness()
    simulator.failNext('GetDocumentTextDetection', { code: 'ProvisionedThroughputExceededException', status: 400 })
    const { output, waits } = await toEnd(node, { file: node.pdf, bucket: 'scans' })
    expect(output).toMatchObject({ text: 'One\n\nTwo\n\nThree', pageCount: 3, warnings: [] })
    expect(waits).toEqual([3_000, 2_000, 2_500, 3_750])
    const gets = Array.from({ length: 7 }, () => 'GetDocumentTextDetection')
    expect(simulator.calls).toEqual(['PUT', 'StartDocumentTextDetection', ...gets, 'DELETE'])
    expect(simulator.objects.size).toBe(0)
    expect(node.logs.at(-1)?.message).toBe('Textract returned 6 blocks in 3 parts')
  })

  test('begins one job if the answer to its start is lost, and another for other params', async () => {
    const node = harness()
    simulator.failNext('StartDocumentAnalysis', 'cut')
    const params = { file: node.pdf, bucket: 'scans', forms: true }
    expect(await failureOf(node.run(params))).toMatchObject({ code: 'HTTP_FAILED', retryable: true })
    await toEnd(node, params)
    expect(simulator.jobs.size).toBe(1)
    expect(simulator.calls.filter((call) => call === 'StartDocumentAnalysis')).toHaveLength(2)
    await toEnd(node, { ...params, tables: true })
    expect(simulator.jobs.size).toBe(2)
  })

  test('of a bucket is read where it is, and is not deleted', async () => {
    simulator.objects.set('scans/in/order.pdf', Buffer.from(PDF))
    simulator.result = {
      status: 'PARTIAL_SUCCESS',
      pages: 3,
      parts: parts.slice(0, 2),
      warnings: [{ ErrorCode: 'PAGE_SIZE', Pages: [3] }],
    }
    const params = { bucket: 'scans', key: 'in/order.pdf', version: 'v1', questions: { total: 'Total?' } }
    const { output } = await toEnd(harness(), params)
    expect(output).toMatchObject({
      file: null,
      warnings: [
        { code: 'PAGE_SIZE', pages: [3] },
        { code: 'PAGES_MISSING', pages: [3] },
      ],
    })
    expect(simulator.objects.size).toBe(1)
    expect([...simulator.jobs.values()].map(({ input }) => input)).toMatchObject([
      {
        DocumentLocation: { S3Object: { Bucket: 'scans', Name: 'in/order.pdf', Version: 'v1' } },
        ...{
          FeatureTypes: ['QUERIES'],
          QueriesConfig: { Queries: [{ Text: 'Total?', Alias: 'total', Pages: ['*'] }] },
        },
      },
    ])
  })

  test('waits longer if Textract limits the requests for results, and uses no attempt', async () => {
    const node = harness()
    const fault = { code: 'ServiceQuotaExceededException', status: 402 }
    const params = { file: node.pdf, bucket: 'scans' }
    await node.run(params)
    // A wait is whole milliseconds long, whenever the node asks.
    now += 7_001
    simulator.failNext('GetDocumentTextDetection', fault)
    expect((await node.run(params)).waitFor).toEqual({ kind: 'time', dueAt: now + 3_501 })
    expect(node.logs.at(-1)).toMatchObject({ level: 'warn' })
  })

  test('fails if it takes too long or the job fails, and its copy is deleted', async () => {
    simulator.polls = 1_000
    const slow = harness()
    expect(await failureOf(toEnd(slow, { file: slow.pdf, bucket: 'scans', maxWait: '10m' }))).toMatchObject({
      ...{ code: 'DOCUMENT_WAIT_TOO_LONG', retryable: false },
    })
    expect(simulator.objects.size).toBe(0)
    simulator.polls = 0
    simulator.result = { status: 'FAILED', message: 'INVALID_IMAGE_TYPE', pages: 0, parts: [] }
    const failing = harness()
    simulator.failNext('DELETE', { code: 'AccessDenied', status: 403 })
    expect(await failureOf(toEnd(failing, { file: failing.pdf, bucket: 'scans', tables: true }))).toMatchObject({
      ...{ code: 'DOCUMENT_READ_FAILED', retryable: false, message: expect.stringContaining('INVALID_IMAGE_TYPE') },
    })
    expect(failing.logs.at(-1)).toMatchObject({ level: 'warn', data: { fault: 'AccessDenied' } })
  })

  test('refuses a result whose parts do not end', async () => {
    simulator.result = { pages: 1, parts: [[page()], [], [line('x')]] }
    const node = harness()
    expect(await failureOf(toEnd(node, { file: node.pdf, bucket: 'scans' }))).toMatchObject({
      code: 'DOCUMENT_READ_FAILED',
    })
  })
})

describe('failures', () => {
  test.each<[string, number, string, boolean]>([
    ['ProvisionedThroughputExceededException', 400, 'DOCUMENT_READ_FAILED', true],
    ['LimitExceededException', 400, 'DOCUMENT_READ_FAILED', true],
    ['ThrottlingException', 400, 'DOCUMENT_READ_FAILED', true],
    ['InternalServerError', 500, 'DOCUMENT_READ_FAILED', true],
    ['SomethingNew', 400, 'DOCUMENT_READ_FAILED', false],
    ['InvalidParameterException', 400, 'DOCUMENT_INVALID', false],
    ['BadDocumentException', 400, 'DOCUMENT_INVALID', false],
    ['DocumentTooLargeException', 400, 'DOCUMENT_INVALID', false],
    ['InvalidS3ObjectException', 400, 'DOCUMENT_INVALID', false],
    ['AccessDeniedException', 400, 'DOCUMENT_NOT_ALLOWED', false],
    ['UnrecognizedClientException', 400, 'DOCUMENT_NOT_ALLOWED', false],
  ])('%s with %i is %s', async (code, status, expected, retryable) => {
    const { run, png } = harness()
    simulator.failNext('DetectDocumentText', { code, status, message: 'It failed' })
    const error = await failureOf(run({ file: png }))
    expect(error).toMatchObject({
      code: expected,
      retryable,
      message: 'Textract: It failed',
      details: { reason: code },
    })
    expect(error.remedy).not.toBe('')
    expect(simulator.calls).toHaveLength(1)
  })

  test('a wrong key, a clock that is wrong and a bucket that cannot be written say so', async () => {
    const wrong = harness(signingHttp({ ...AWS_KEY, secretAccessKey: 'another-secret-of-canary' }))
    const error = await failureOf(wrong.run({ file: wrong.png }))
    expect(error).toMatchObject({ code: 'DOCUMENT_NOT_ALLOWED', retryable: false })
    expect(JSON.stringify([error.message, error.details])).not.toContain('canary')
    const { run, png, pdf } = harness()
    simulator.failNext('DetectDocumentText', {
      code: 'InvalidSignatureException',
      status: 400,
      message: 'Signature expired: …',
    })
    expect((await failureOf(run({ file: png }))).remedy).toContain('clock')
    expect(await failureOf(run({ file: pdf, bucket: 'other' }))).toMatchObject({
      ...{ code: 'DOCUMENT_NOT_ALLOWED', details: { reason: 'NoSuchBucket', status: 404 } },
    })
    simulator.failNext('PUT', { code: 'SlowDown', status: 503 })
    expect(await failureOf(run({ file: pdf, bucket: 'scans' }))).toMatchObject({
      code: 'DOCUMENT_READ_FAILED',
      retryable: true,
    })
  })

  test('a result that Textract no longer has is not asked for again', async () => {
    const node = harness()
    const params = { file: node.pdf, bucket: 'scans' }
    await node.run(params)
    now += 3_000
    simulator.failNext('GetDocumentTextDetection', { code: 'InvalidJobIdException', status: 400 })
    const error = await failureOf(node.run(params))
    expect([error.code, error.retryable, error.remedy]).toEqual([
      'DOCUMENT_READ_FAILED',
      false,
      expect.stringContaining('7 days'),
    ])
  })

  test.each<[JsonObject, string]>([
    [{}, 'file'],
    [{ key: 'a.pdf' }, 'bucket'],
  ])('%j names no document', async (params, param) => {
    expect(await failureOf(harness().run(params))).toMatchObject({
      code: 'NODE_PARAMS_INVALID',
      message: expect.stringContaining(param),
    })
  })

  test('a node without a connection, or with a document twice, is refused', async () => {
    const { run, png } = harness()
    expect(await failureOf(run({ file: png, key: 'a', bucket: 'scans' }))).toMatchObject({
      code: 'NODE_PARAMS_INVALID',
    })
    const lone = createNodeTestHarness(createTextractOcrNode(textractReader()))
    expect(await failureOf(lone.run({ connection: 'c', file: png }))).toMatchObject({ code: 'CONNECTION_REFUSED' })
  })
})

describe('a result that is strange', () => {
  test('names a bounded number of missing pages, and has a number in each position', () => {
    const odd = {
      ...line('x'),
      BlockType: 'LINE' as const,
      Page: 0,
      Confidence: Number.NaN,
      Geometry: { BoundingBox: { Left: Number.NaN } },
    }
    const { pages, pageCount, warnings } = contentOf({ blocks: [odd], pageCount: 2 ** 32, warnings: [] })
    expect(pageCount).toBe(2 ** 32)
    const [missing] = warnings
    expect([missing?.code, missing?.pages.length, missing?.pages[0]]).toEqual(['PAGES_MISSING', 1_000, 2])
    expect(pages).toMatchObject([{ page: 1, lines: [{ confidence: 0, box: { left: 0 } }] }])
  })

  test('of a job that is refused leaves no document in the bucket', async () => {
    const node = harness()
    simulator.failNext('StartDocumentTextDetection', { code: 'InvalidParameterException', status: 400 })
    expect(await failureOf(node.run({ file: node.pdf, bucket: 'scans' }))).toMatchObject({ retryable: false })
    expect(simulator.objects.size).toBe(0)
    simulator.failNext('StartDocumentTextDetection', { code: 'InternalServerError', status: 500 })
    await failureOf(node.run({ file: node.pdf, bucket: 'scans' }))
    expect(simulator.objects.size).toBe(1)
  })
})
