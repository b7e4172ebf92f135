import { describe, expect, test } from 'vitest'
import { createEgress } from './egress/egress.ts'
import { embeddedEngine } from './engines/embedded/embedded-engine.ts'
import { temporalEngine } from './engines/temporal/temporal-engine.ts'

const refusal = (message: string) =>
  expect.objectContaining({ code: 'OPTIONS_INVALID', message: expect.stringContaining(message) })

describe('createEgress', () => {
  test.each<[unknown, string]>([
    [{ allowed: ['10.0.0.0/8'] }, 'createEgress: allowed is unknown: did you mean allow?'],
    [{ denied: ['10.0.0.0/8'] }, 'denied is unknown: use one of allow, deny, dns, maxFetchBytes, maxResponseBytes'],
    [{ allow: '10.0.0.0/8' }, 'allow must be a list of addresses (got "10.0.0.0/8")'],
    [{ deny: ['10.0.0.0/8', 7] }, 'deny.1 must be a text'],
    [{ dns: '1.1.1.1' }, 'dns must be a function'],
    [{ maxFetchBytes: '32 MB', maxResponseBytes: 0 }, 'maxFetchBytes must be an integer'],
    [null, 'the options must be an object (got null)'],
  ])('refuses %j', (options, message) => {
    expect(() => createEgress(options as object)).toThrow(refusal(message))
  })
})

describe('embeddedEngine', () => {
  test.each<[unknown, string]>([
    [{ concurency: 8 }, 'embeddedEngine: concurency is unknown: did you mean concurrency?'],
    [{ concurrency: 0 }, 'concurrency must be an integer of at least 1 (got 0)'],
    [{ concurrency: Number.POSITIVE_INFINITY }, 'concurrency must be an integer'],
    [{ concurrency: 4, reservedSlots: 4 }, 'reservedSlots must be below concurrency, which is 4 (got 4)'],
    [{ reservedSlots: 64 }, 'reservedSlots must be below concurrency, which is 64'],
    [{ reservedSlots: -1 }, 'reservedSlots must be an integer of at least 0 (got -1)'],
    [{ nodeQueues: 'gpu' }, 'nodeQueues must be a list of task queues (got "gpu")'],
    [{ leaseMs: 0 }, 'leaseMs must be a number of milliseconds above 0'],
    [{ drainMs: '10s' }, 'drainMs must be a number of milliseconds from 0'],
    [{ busyGraceMs: Number.NaN }, 'busyGraceMs must be a number of milliseconds from 0'],
    [{ appendLanes: 0 }, 'appendLanes must be an integer of at least 1 (got 0)'],
    [{ appendLanes: 1.5 }, 'appendLanes must be an integer'],
    [{ maxPendingBytes: '64 MB' }, 'maxPendingBytes must be an integer of at least 1'],
    [{ tenantWeight: 2 }, 'tenantWeight must be a function'],
    [{ now: 0 }, 'now must be a function'],
    [null, 'the options must be an object (got null)'],
  ])('refuses %j', (options, message) => {
    expect(() => embeddedEngine(options as object)).toThrow(refusal(message))
  })

  test('accepts the bounds of its options', () => {
    const bounds = {
      concurrency: 1,
      reservedSlots: 0,
      busyGraceMs: 0,
      cancelGraceMs: 0,
      drainMs: 0,
      nodeQueueWaitMs: 0,
    }
    expect(embeddedEngine(bounds)).toBeTypeOf('function')
    expect(embeddedEngine({ maxRuns: Number.POSITIVE_INFINITY, nodeQueues: [], appendLanes: 1 })).toBeTypeOf('function')
  })
})

describe('temporalEngine', () => {
  const address = '127.0.0.1:7233'
  test.each<[unknown, string]>([
    [undefined, 'temporalEngine: address must be a text that is not empty (got undefined)'],
    [{ adress: address }, 'adress is unknown: did you mean address?'],
    [{ address, workflowBundle: 'bundle.js' }, 'workflowBundle must be the result of bundleWorkflowCode()'],
    [{ address, tls: 'yes' }, 'tls must be true or false (got "yes")'],
    [{ address, maxConcurrentNodes: 0 }, 'maxConcurrentNodes must be an integer of at least 1 (got 0)'],
    [{ address, maxPendingBytes: 0 }, 'maxPendingBytes must be an integer of at least 1 (got 0)'],
    [{ address, appendLanes: '2' }, 'appendLanes must be an integer of at least 1 (got "2")'],
    [{ address, drainMs: -1 }, 'drainMs must be a number of milliseconds from 0'],
    [null, 'the options must be an object (got null)'],
  ])('refuses %j', (options, message) => {
    expect(() => temporalEngine(options as { address: string })).toThrow(refusal(message))
  })

  test('accepts a bundle with the fields that Temporal adds', () => {
    const workflowBundle = { code: 'export {}', sourceMap: '{}' }
    expect(temporalEngine({ address, workflowBundle, maxHistoryEvents: 100 })).toBeTypeOf('function')
  })
})
