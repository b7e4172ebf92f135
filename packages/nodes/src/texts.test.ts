import { toManifest } from '@tenon/core/node'
import { expect, test } from 'vitest'
import { builtInDefinitions } from './built-in-definitions.ts'

interface Described {
  readonly title?: string
  readonly description?: string
}

// Params only: deeper schemas are those of values.
const params = toManifest(builtInDefinitions).nodes.flatMap(({ type, params: schema }) =>
  Object.entries((schema as { readonly properties?: Record<string, Described> }).properties ?? {}).map(
    ([name, { title = '', description = '' }]) => ({ at: `${type}.${name}`, title, description }),
  ),
)

test('each field has a title without a full stop, and help in whole sentences', () => {
  expect(params.length).toBeGreaterThan(20)
  expect(params.filter(({ title }) => !/^[A-Z].*[^.]$/.test(title))).toEqual([])
  expect(params.filter(({ description }) => description !== '' && !/^[A-Z0-9"].*\.$/.test(description))).toEqual([])
  expect(params.filter(({ description }) => /^(Shown|Used|Sent) /.test(description))).toEqual([])
})

test('each problem of a node type begins with a capital letter and ends without a full stop', () => {
  const messages = builtInDefinitions.flatMap(({ lint }) => (lint ?? []).map(({ message }) => message))
  expect(messages.length).toBeGreaterThan(0)
  expect(messages.filter((message) => !/^[A-Z].*[^.]$/.test(message))).toEqual([])
})
