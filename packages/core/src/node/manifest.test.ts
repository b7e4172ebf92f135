import { expect, test } from 'vitest'
import { z } from 'zod'
import { greet, route } from '../../test/node-definitions.ts'
import type { NodeDefinition } from './definition.ts'
import { implementInlineNode, implementNode } from './implement-node.ts'
import { LOG_LEVELS, NODE_CATEGORIES } from './index.ts'
import { toManifest } from './manifest.ts'
import { createNodeRegistry } from './node-registry.ts'

const greetNode = implementNode(greet, async () => ({ port: 'success', output: { greeting: '' } }))
const routeNode = implementInlineNode(route, () => ({ port: 'default', output: {} }))
const withVersion = (version: number): NodeDefinition => ({ ...greet, version })

test('a param keeps its meta beside the keywords of its schema, and is described as it is written', () => {
  expect(toManifest([greet]).nodes[0]?.params).toEqual({
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1, title: 'Name', control: 'text', placeholder: 'Ada' },
      times: {
        type: 'integer',
        minimum: Number.MIN_SAFE_INTEGER,
        maximum: Number.MAX_SAFE_INTEGER,
        default: 1,
        title: 'Times',
        control: 'number',
      },
    },
    required: ['name'],
  })
})

test('outputs are described as they leave, schemas from params by their param', () => {
  const [entry] = toManifest([routeNode]).nodes
  expect(entry?.outputs).toEqual({
    '*': {
      type: 'object',
      properties: { taken: { type: 'string' } },
      required: ['taken'],
      additionalProperties: false,
    },
    default: { type: 'object', properties: {}, additionalProperties: false },
    data: { fromParam: 'schema' },
  })
  expect(entry?.inline).toBe(true)
})

test('an output by the values of a param keeps saying so', () => {
  const values: NodeDefinition = { ...greet, outputs: { success: { fromParam: 'name', as: 'values' } } }
  expect(toManifest([values]).nodes[0]?.outputs).toEqual({ success: { fromParam: 'name', as: 'values' } })
})

test('a node has one input unless it says otherwise, a trigger has none', () => {
  const trigger: NodeDefinition = { ...greet, type: 'begin', control: 'trigger' }
  const two: NodeDefinition = { ...greet, type: 'two', inputs: [{ name: 'left', maxEdges: 1 }, { name: 'right' }] }
  const { nodes } = toManifest([greet, trigger, two])
  expect(nodes.map(({ type, inputs }) => [type, inputs.map(({ name }) => name)])).toEqual([
    ['acme/greet', ['in']],
    ['begin', []],
    ['two', ['left', 'right']],
  ])
})

test('the manifest is plain JSON', () => {
  const manifest = toManifest([greet, route])
  expect(JSON.parse(JSON.stringify(manifest))).toEqual(manifest)
})

test('order of registration does not matter, a change does', () => {
  const { hash, nodes } = toManifest([routeNode, greetNode])
  expect(nodes.map(({ type }) => type)).toEqual(['acme/greet', 'acme/route'])
  expect(hash).toMatch(/^[0-9a-f]{64}$/)
  expect(toManifest([greet, route]).hash).toBe(hash)
  expect(toManifest([{ ...greet, title: 'Welcome' }, route]).hash).not.toBe(hash)
})

test('versions of one type are sorted, and one version twice is refused', () => {
  const versions = toManifest([withVersion(10), withVersion(2), greet]).nodes.map(({ version }) => version)
  expect(versions).toEqual([1, 2, 10])
  expect(() => toManifest([withVersion(2), greet, withVersion(2)])).toThrow(
    expect.objectContaining({ code: 'NODE_TYPE_DUPLICATE', details: { type: 'acme/greet', version: 2 } }),
  )
})

test('a schema without JSON Schema form is refused with its field', () => {
  const dated: NodeDefinition = { ...greet, params: z.object({ name: z.date() }) }
  expect(() => toManifest([dated])).toThrow(
    expect.objectContaining({ code: 'NODE_DEFINITION_INVALID', details: { type: 'acme/greet', field: 'params' } }),
  )
})

test('createNodeRegistry finds a node by type and version', () => {
  const registry = createNodeRegistry([greetNode, routeNode])
  expect(registry.get('acme/greet', 1)).toBe(greetNode)
  expect(registry.get('acme/greet', 2)).toBeUndefined()
  expect(registry.get('unknown', 1)).toBeUndefined()
  expect(registry.manifest.nodes).toHaveLength(2)
  expect(Object.isFrozen(registry)).toBe(true)
})

test('createNodeRegistry refuses a type that is registered twice', () => {
  expect(() => createNodeRegistry([greetNode, greetNode])).toThrow(
    expect.objectContaining({ code: 'NODE_TYPE_DUPLICATE' }),
  )
})

test('levels go from chatter to alarm, and every category is one that the palette can show', () => {
  expect(LOG_LEVELS).toEqual(['debug', 'info', 'warn', 'error'])
  expect(NODE_CATEGORIES).toEqual(
    expect.arrayContaining(toManifest([greet, route]).nodes.map(({ category }) => category)),
  )
})
