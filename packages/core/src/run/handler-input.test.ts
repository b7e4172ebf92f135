import { expect, test } from 'vitest'
import { isTemplate } from '../expression/parse.ts'
import { checkJsonSchema, findCertainFaults } from '../node/json-schema/check-json-schema.ts'
import { foldRunEvents } from './fold.ts'
import { HANDLER_INPUT_SAMPLE, HANDLER_INPUT_SCHEMA, type HandlerInput } from './handler-input.ts'
import { logOf, started } from './testing/log-of.ts'

test('the schema of the input of an error handler fits its sample and its values', () => {
  expect(findCertainFaults(HANDLER_INPUT_SCHEMA, HANDLER_INPUT_SAMPLE, isTemplate)).toEqual([])
  const input: HandlerInput = {
    workflow: { id: 'w', version: '3' },
    run: { id: 'r', status: 'timed_out', startedAt: '2026-01-05T00:00:00.000Z', finishedAt: '', parentId: null },
    error: { code: 'RUN_TIMEOUT', message: 'Timed out', remedy: null },
    node: null,
    input: { value: { any: 1 }, size: 9 },
  }
  expect(checkJsonSchema(HANDLER_INPUT_SCHEMA, input)).toEqual([])
  expect(checkJsonSchema(HANDLER_INPUT_SCHEMA, { ...input, node: {} })).not.toEqual([])
  expect(Object.keys(HANDLER_INPUT_SAMPLE ?? {})).toEqual(Object.keys(input))
})

test('the view of a run names the run whose failure it handles', () => {
  expect(foldRunEvents(logOf(started)).handles).toBeNull()
  if (started.type !== 'run_started') throw new Error('not a start')
  expect(foldRunEvents(logOf({ ...started, data: { ...started.data, handles: 'r1' } })).handles).toBe('r1')
})
