import { readFileSync } from 'node:fs'
import type { JsonSchema } from '@tenon/core/document'
import { expect, test } from 'vitest'
import { CLOUD_EVENT_SCHEMA } from './cloud-events.ts'
import { createEventTypes } from './event-types.ts'

const guide = readFileSync(new URL('../../../../docs/guides/events.md', import.meta.url), 'utf8')

/** Reads a part of the guide. */
function part(pattern: RegExp): string {
  return pattern.exec(guide)?.[1] ?? ''
}

test('the CloudEvent of the guide fits the type that the guide declares', () => {
  const literal = part(/^ +schema: (\{.*\}),$/m)
  const schema: JsonSchema = JSON.parse(literal.replaceAll(/(\w+):/g, '"$1":').replaceAll("'", '"'))
  const { check } = createEventTypes({ types: [{ type: 'order.created', schema }], undeclared: 'refuse' })
  const event = CLOUD_EVENT_SCHEMA.parse(JSON.parse(part(/-d '(\{.*?\})'/s)))
  expect(() => check(event.type, event.data ?? null)).not.toThrow()
  expect(() => check(event.type, { total: 120 })).toThrow('id')
})
