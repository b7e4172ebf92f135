import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { greet, route } from '../../test/node-definitions.ts'
import { checkOutput } from './check-output.ts'
import { checkParams } from './check-params.ts'
import type { NodeDefinition } from './definition.ts'

describe('checkParams', () => {
  test('fills in defaults and drops what the node does not know', () => {
    expect(checkParams(greet, { name: 'Ada', extra: 1 })).toEqual({ name: 'Ada', times: 1 })
  })

  test('names the paths of all faults, deep ones too, and never a value', () => {
    const check = () => checkParams(route, { cases: [{ id: 'a', title: 4711 }], schema: 'hunter2' })
    expect(check).toThrow(
      expect.objectContaining({
        code: 'NODE_PARAMS_INVALID',
        message:
          'Invalid params of "acme/route": cases.0.title, schema. ' +
          'cases.0.title: Invalid input: expected string, received number',
        details: {
          issues: [
            expect.objectContaining({ path: ['cases', 0, 'title'], code: 'invalid_type' }),
            expect.objectContaining({ path: ['schema'] }),
          ],
        },
      }),
    )
    expect(JSON.stringify(captureDetails(check))).not.toMatch(/hunter2|4711/)
  })

  const scalar = z.union([z.string(), z.number(), z.boolean()])
  const rows = {
    ...greet,
    params: z.object({
      headers: z.record(z.string(), scalar).default({}),
      query: z.record(z.string(), z.union([scalar, z.array(scalar)])).default({}),
      limit: z.union([z.literal('all'), z.literal(1)]).optional(),
      code: z.union([z.string().length(5), z.string().length(2)]).optional(),
      strict: z.union([z.literal('all'), z.strictObject({ id: z.string() })]).optional(),
      who: z.union([z.literal('all'), z.object({ id: z.string() })]).optional(),
    }),
  }

  test.each([
    [{ headers: { 'X-Team': null } }, ['headers', 'X-Team'], 'Expected text, number or boolean, not null'],
    [{ headers: { 'X-Team': [1] } }, ['headers', 'X-Team'], 'Expected text, number or boolean, not list'],
    [{ query: { page: null } }, ['query', 'page'], 'Expected text, number, boolean or list, not null'],
    [{ query: { page: {} } }, ['query', 'page'], 'Expected text, number, boolean or list, not object'],
    [{ query: { page: [1, null] } }, ['query', 'page', 1], 'Expected text, number or boolean, not null'],
    [{ query: { page: undefined } }, ['query', 'page'], 'Expected text, number, boolean or list, not nothing'],
    [{ limit: 'abc' }, ['limit'], 'Invalid input'],
    [{ strict: { id: 5, x: 1 } }, ['strict'], 'Invalid input'],
    [{ code: 5 }, ['code'], 'Expected text, not number'],
    [{ who: { id: 5 } }, ['who', 'id'], 'Invalid input: expected string, received number'],
  ])('names the row and the types of %j', (params, path, message) => {
    const check = () => checkParams(rows, params)
    expect(captureDetails(check)).toMatchObject({ issues: [{ path, message }] })
    expect(check).toThrow(`Invalid params of "acme/greet": ${path.join('.')}. ${path.join('.')}: ${message}`)
  })

  test('params that are no object at all are refused as a whole', () => {
    expect(() => checkParams(greet, null)).toThrow('Invalid params of "acme/greet": params')
  })
})

describe('checkOutput', () => {
  const params = { cases: [{ id: 'north', title: 'North' }], schema: { type: 'object', required: ['total'] } }

  test('reads the output through its schema', () => {
    expect(checkOutput(greet, { port: 'success', output: { greeting: 'Hi', extra: 1 } }, {})).toEqual({
      port: 'success',
      output: { greeting: 'Hi' },
    })
  })

  test('lets a usage of models through that is one', () => {
    const outcome = { port: 'success', output: { greeting: 'Hi' } }
    const usage = { model: 'm', inputTokens: 1, outputTokens: 0 }
    expect(checkOutput(greet, { ...outcome, usage }, {}).usage).toEqual(usage)
    for (const wrong of [{ ...usage, outputTokens: -1 }, { ...usage, inputTokens: Number.NaN }, { model: 'm' }]) {
      expect(() => checkOutput(greet, { ...outcome, usage: wrong as typeof usage }, {})).toThrow(
        expect.objectContaining({ code: 'NODE_OUTPUT_INVALID' }),
      )
    }
  })

  test('accepts a port that comes from the params, and no other', () => {
    expect(checkOutput(route, { port: 'north', output: { taken: 'n' } }, params).port).toBe('north')
    expect(() => checkOutput(route, { port: 'south', output: { taken: 's' } }, params)).toThrow(
      expect.objectContaining({ code: 'NODE_OUTPUT_INVALID', details: { port: 'south' } }),
    )
  })

  test.each(['error', 'toString', '*'])('refuses the port %s', (port) => {
    expect(() => checkOutput(route, { port, output: { taken: '' } }, params)).toThrow(
      expect.objectContaining({ code: 'NODE_OUTPUT_INVALID' }),
    )
    expect(() => checkOutput(greet, { port, output: { greeting: '' } }, {})).toThrow(
      expect.objectContaining({ code: 'NODE_OUTPUT_INVALID' }),
    )
  })

  test('refuses an output outside the schema with the paths of its faults', () => {
    expect(() => checkOutput(greet, { port: 'success', output: { greeting: 5 } }, {})).toThrow(
      expect.objectContaining({
        code: 'NODE_OUTPUT_INVALID',
        details: { port: 'success', issues: [expect.objectContaining({ path: ['greeting'] })] },
      }),
    )
  })

  test('checks an output against the JSON Schema in its param', () => {
    const outcome = { port: 'data', output: { total: 1 } }
    expect(checkOutput(route, outcome, params)).toEqual(outcome)
    expect(() => checkOutput(route, { port: 'data', output: {} }, params)).toThrow(
      expect.objectContaining({
        details: { port: 'data', issues: [expect.objectContaining({ code: 'required' })] },
      }),
    )
  })

  test('an output by the values of a param is any object, and nothing else', () => {
    const values: NodeDefinition = { ...greet, outputs: { success: { fromParam: 'name', as: 'values' } } }
    expect(checkOutput(values, { port: 'success', output: { a: 1 } }, {}).output).toEqual({ a: 1 })
    expect(() => checkOutput(values, { port: 'success', output: [1] }, {})).toThrow(
      expect.objectContaining({ code: 'NODE_OUTPUT_INVALID' }),
    )
  })

  test('an output by the schema of the data of an event is the event', () => {
    const happened: NodeDefinition = { ...greet, outputs: { success: { fromParam: 'name', as: 'event' } } }
    const params = { name: { type: 'object', properties: { n: { type: 'number' } } } }
    const event = { id: 'e', source: 's', type: 't', time: '', subject: null, data: { n: 1 } }
    expect(checkOutput(happened, { port: 'success', output: event }, params).output).toEqual(event)
    for (const wrong of [{ ...event, data: { n: 'one' } }, { ...event, more: 1 }, { data: {} }]) {
      expect(() => checkOutput(happened, { port: 'success', output: wrong }, params)).toThrow(
        expect.objectContaining({ code: 'NODE_OUTPUT_INVALID' }),
      )
    }
  })

  test('an output by a data table in a param has rows of any columns', () => {
    const found: NodeDefinition = { ...greet, outputs: { success: { fromParam: 'name', as: 'rows' } } }
    const output = { rows: [{ id: 1, later: true }], row: null, count: 1, hasMore: false }
    const params = { name: { id: 't', columns: [{ name: 'total', type: 'number' }] } }
    expect(checkOutput(found, { port: 'success', output }, params).output).toEqual(output)
    expect(() => checkOutput(found, { port: 'success', output: { rows: [] } }, params)).toThrow(
      expect.objectContaining({ code: 'NODE_OUTPUT_INVALID' }),
    )
  })

  test('an output by a list in a param is a list with its length, and nothing else', () => {
    const kept: NodeDefinition = { ...greet, outputs: { success: { fromParam: 'name', as: 'list' } } }
    const output = { items: [1, 'a'], count: 2 }
    expect(checkOutput(kept, { port: 'success', output }, {}).output).toEqual(output)
    for (const wrong of [
      [1],
      { items: 1, count: 1 },
      { items: [] },
      { ...output, count: 0.5 },
      { ...output, more: 1 },
    ]) {
      expect(() => checkOutput(kept, { port: 'success', output: wrong }, {})).toThrow(
        expect.objectContaining({ code: 'NODE_OUTPUT_INVALID' }),
      )
    }
  })

  test('a param that holds no schema allows everything', () => {
    expect(checkOutput(route, { port: 'data', output: 1 }, { schema: 'none' })).toEqual({ port: 'data', output: 1 })
  })

  test('a fork takes every port, an end has the one that no edge leaves', () => {
    const fork: NodeDefinition = { ...route, control: 'fork' }
    const end: NodeDefinition = { ...greet, control: 'end', ports: [], outputs: { end: z.unknown() } }
    expect(checkOutput(fork, { port: '*', output: { taken: '' } }, params).port).toBe('*')
    expect(checkOutput(end, { port: 'end', output: [1] }, {})).toEqual({ port: 'end', output: [1] })
    expect(() => checkOutput(end, { port: 'success', output: 1 }, {})).toThrow()
  })
})

function captureDetails(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return (error as { details: unknown }).details
  }
}
