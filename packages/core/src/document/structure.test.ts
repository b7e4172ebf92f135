import { describe, expect, test } from 'vitest'
import { TenonError } from '../errors/index.ts'
import { faultsOf, malformed } from './faults.ts'
import { grammar, jsonSchemaOf, named } from './grammar.ts'

describe('faultsOf', () => {
  test('gives the faults of a refused document', () => {
    let thrown: unknown
    try {
      malformed(['nodes', 0], 'must be an object')
    } catch (error) {
      thrown = error
    }
    expect(faultsOf(thrown)).toMatchObject([{ path: ['nodes', 0], message: 'must be an object' }])
  })

  test.each([new RangeError('too deep'), new TenonError('UNAVAILABLE', 'away')])('throws %s again', (error) => {
    expect(() => faultsOf(error)).toThrow(error)
  })
})

describe('jsonSchemaOf', () => {
  const text = named(
    'text',
    grammar(String, () => ({ type: 'string' })),
  )

  test('describes a named part once, however often it is used', () => {
    const pair = grammar(
      () => ({}),
      (definitions) => ({ items: [text.schemaIn(definitions), text.schemaIn(definitions)] }),
    )
    expect(jsonSchemaOf(pair)).toEqual({
      items: [{ $ref: '#/$defs/text' }, { $ref: '#/$defs/text' }],
      $defs: { text: { type: 'string' } },
    })
  })

  test('describes a named part itself without a reference', () => {
    expect(jsonSchemaOf(text)).toEqual({ type: 'string' })
  })

  test('gives the schema of a part without a name as it is', () => {
    expect(jsonSchemaOf(grammar(String, () => ({ type: 'string' })))).toEqual({ type: 'string' })
  })
})
