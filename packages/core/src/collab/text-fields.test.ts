import { describe, expect, test } from 'vitest'
import { TEXT_MANIFEST } from '../../test/arbitraries.ts'
import type { JsonSchema } from '../json.ts'
import type { NodeManifestEntry } from '../node/index.ts'
import { textFieldsOf, textKeys, textPathsBelow, textPathsOf } from './text-fields.ts'

const fieldsOf = (params: unknown) =>
  textFieldsOf({ nodes: [{ type: 'x', version: 1, params: params as JsonSchema } as NodeManifestEntry] })
const isText = (params: unknown, ...path: (string | number)[]) =>
  path.reduce(textPathsBelow, textPathsOf(fieldsOf(params), 'x', 1)).isText
const text = { type: 'string', control: 'text' }

describe('textFieldsOf', () => {
  test.each(['text', 'prompt', 'code'])('takes texts with the control %s', (control) => {
    expect(isText({ properties: { a: { type: 'string', control } } }, 'a')).toBe(true)
  })

  test.each([
    ['another control', { type: 'string', control: 'select' }],
    ['no control', { type: 'string' }],
    ['a type that is no text', { type: 'number', control: 'text' }],
    ['a schema that is none', true],
    ['null', null],
  ])('passes over %s', (_, schema) => {
    expect(isText({ properties: { a: schema } }, 'a')).toBe(false)
  })

  test('takes a code control of any type, since its text may be typed', () => {
    expect(isText({ properties: { body: { control: 'code' } } }, 'body')).toBe(true)
  })

  test('finds texts inside lists, tuples, records and objects', () => {
    const schema = {
      properties: {
        list: { items: { properties: { title: text } } },
        pair: { prefixItems: [{ type: 'number' }, text] },
        record: { additionalProperties: text },
        deep: { properties: { er: { properties: { yet: text } } } },
      },
    }
    expect(isText(schema, 'list', 7, 'title')).toBe(true)
    expect(isText(schema, 'list', 7)).toBe(false)
    expect(isText(schema, 'pair', 1)).toBe(true)
    expect(isText(schema, 'record', 'anything')).toBe(true)
    expect(isText(schema, 'deep', 'er', 'yet')).toBe(true)
    expect(isText(schema, 'nowhere', 'er')).toBe(false)
  })

  test('looks into choices and references, each branch counting', () => {
    const schema = {
      properties: {
        choice: { anyOf: [{ properties: { a: text } }, { properties: { a: { items: text }, b: text } }] },
        one: { oneOf: [text] },
        all: { allOf: [{ properties: { c: text } }] },
        named: { $ref: '#/$defs/named' },
        lost: { $ref: '#/$defs/missing' },
        odd: { $ref: 'https://example.com/schema' },
      },
      $defs: { named: text },
    }
    expect(isText(schema, 'choice', 'a')).toBe(true)
    expect(isText(schema, 'choice', 'a', 0)).toBe(true)
    expect(isText(schema, 'choice', 'b')).toBe(true)
    expect(isText(schema, 'one')).toBe(true)
    expect(isText(schema, 'all', 'c')).toBe(true)
    expect(isText(schema, 'named')).toBe(true)
    expect(isText(schema, 'lost')).toBe(false)
    expect(isText(schema, 'odd')).toBe(false)
    expect(isText({ properties: { x: { $ref: '#/$defs/x' } } }, 'x')).toBe(false)
  })

  test('ends on schemas that refer to themselves', () => {
    const tree = {
      $ref: '#/$defs/tree',
      $defs: { tree: { properties: { label: text, next: { $ref: '#/$defs/tree' } } } },
    }
    expect(isText(tree, 'next', 'next', 'label')).toBe(true)
  })

  test('leaves out types without texts, and knows no others', () => {
    const fields = textFieldsOf({ nodes: TEXT_MANIFEST.nodes as never })
    expect([...fields.keys()]).toEqual(['draft@1', 'draft@2'])
    expect(textPathsOf(fields, 'set', 1).isText).toBe(false)
    expect(fieldsOf(true).size).toBe(0)
  })
})

describe('textKeys', () => {
  test('names the texts of an object, not those of any key', () => {
    const paths = textPathsOf(
      fieldsOf({ properties: { a: text, b: { items: text } }, additionalProperties: text }),
      'x',
      1,
    )
    expect(textKeys(paths)).toEqual(['a'])
  })
})
