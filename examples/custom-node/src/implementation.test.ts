import { createNodeRegistry } from '@tenon/core/node'
import { createNodeTestHarness, type NodeTestHarnessOptions } from '@tenon/core/testing'
import { expect, test } from 'vitest'
import { createParcelNodes } from './implementation.ts'

const nodes = createParcelNodes({ baseUrl: 'https://carriers.example' })

function harnessOf(options: NodeTestHarnessOptions) {
  const node = nodes.find(({ definition }) => definition.type === 'parcel/status')
  if (node === undefined) throw new Error('The package has no parcel/status')
  return createNodeTestHarness(node, options)
}

test('a known parcel leaves at "found", with its state', async () => {
  const harness = harnessOf({ respond: () => ({ body: { state: 'moving', place: 'Leipzig' } }) })
  expect(await harness.run({ trackingNumber: 'P 1/2', carrier: 'south' })).toMatchObject({
    port: 'found',
    output: { parcel: { state: 'moving', place: 'Leipzig' } },
  })
  expect(harness.requests[0]?.url).toBe('https://carriers.example/south/parcels/P%201%2F2')
  expect(harness.logs).toEqual([{ level: 'info', message: 'The parcel is moving' }])
})

test('a number that the carrier does not know leaves at "unknown"', async () => {
  const harness = harnessOf({ respond: () => ({ status: 404 }) })
  expect(await harness.run({ trackingNumber: 'P-9' })).toMatchObject({ port: 'unknown', output: {} })
})

test.each([
  [503, true],
  [401, false],
])('status %i is a failure; tried again: %s', async (status, retryable) => {
  const harness = harnessOf({ respond: () => ({ status }) })
  await expect(harness.run({ trackingNumber: 'P-1' })).rejects.toMatchObject({ code: 'HTTP_STATUS', retryable })
})

test.each([{ state: 'asleep', place: 'Leipzig' }, 'no object'])(
  'answer %j is a failure, not tried again',
  async (body) => {
    const harness = harnessOf({ respond: () => ({ body }) })
    await expect(harness.run({ trackingNumber: 'P-1' })).rejects.toMatchObject({
      code: 'HTTP_RESPONSE_INVALID',
      retryable: false,
    })
  },
)

test('without a number nothing is asked', async () => {
  const harness = harnessOf({ respond: () => ({ body: {} }) })
  await expect(harness.run({ trackingNumber: ' ' })).rejects.toMatchObject({ code: 'NODE_PARAMS_INVALID' })
  expect(harness.requests).toEqual([])
})

test('the editor can draw it', () => {
  const [entry] = createNodeRegistry(nodes).manifest.nodes
  expect(entry?.params).toMatchObject({ properties: { carrier: { enum: ['north', 'south'], control: 'select' } } })
})
