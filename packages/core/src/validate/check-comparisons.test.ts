import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { end, only } from '../../test/validation.ts'
import { workflowManifest } from '../../test/workflow-types.ts'
import type { Json, JsonObject } from '../json.ts'
import { createNodeRegistry, defineNode, implementInlineNode } from '../node/index.ts'
import { node, workflow } from '../testing/index.ts'
import { validateWorkflow } from './validate-workflow.ts'

const cases = defineNode({
  type: 'acme/cases',
  version: 1,
  title: 'Cases',
  description: 'For tests',
  icon: 'M4 12h16',
  category: 'flow',
  inline: true,
  params: z.object({
    value: z.unknown().meta({ title: 'Value' }),
    cases: z
      .array(
        z.object({
          id: z.string(),
          operator: z.enum(['==', '>']).default('==').meta({ literal: true }),
          value: z
            .unknown()
            .optional()
            .meta({ title: 'Compared with', comparesWith: { param: 'value', operator: 'operator' } }),
        }),
      )
      .default([])
      .meta({ title: 'Cases' }),
  }),
  ports: [{ each: 'params.cases', id: 'id', title: 'id' }],
  outputs: { '*': z.object({}) },
  summary: '{value}',
  effect: 'none',
})

const own = createNodeRegistry([implementInlineNode(cases, () => ({ port: 'a', output: {} }))]).manifest
const manifest = { ...own, nodes: [...workflowManifest().nodes, ...own.nodes] }

const properties = {
  score: { type: 'number' },
  name: { type: 'string' },
  flag: { type: 'boolean' },
  status: { enum: ['open', 'closed'] },
  tags: { type: 'array', items: { type: 'string' } },
  card: { type: 'object', properties: {}, additionalProperties: true },
  maybe: { type: ['number', 'null'] },
  any: true,
}
const start = node('start', 'start', {
  inputSchema: { type: 'object', properties, required: Object.keys(properties) },
})

function problemsOf(params: JsonObject, type = 'if-else') {
  const document = workflow([start, node('if', type, params, { name: 'Check' }), end], ['start>if', 'if:true>end'])
  const codes = ['COMPARISON_TYPES_DIFFER', 'EXPRESSION_TYPE']
  return codes.flatMap((code) => only(validateWorkflow(document, manifest), code))
}

const compared = (left: Json, operator: string, right: Json) =>
  problemsOf({ left, operator, right }).map(({ severity, field, message }) => `${severity} ${field} ${message}`)

const ifProblem = (severity: string, message: string) => [`${severity} params.right Check: "Compared with": ${message}`]

describe('types that a node compares', () => {
  test.each<[Json, string, Json, string, string]>([
    ['{{input.score}}', '>', 'high', 'error', '> compares a number with a text, and the text is not a number'],
    ['high', '<=', '{{input.score}}', 'error', '<= compares a text with a number, and the text is not a number'],
    ['{{input.status}}', '>', 5, 'error', '> compares a text with a number, and the text is not a number'],
    ['{{input.name}}', '>', 5, 'warning', '> compares a text with a number: it fails if the text is not a number'],
    [
      '{{input.score}}',
      '<',
      '{{input.name}}',
      'warning',
      '< compares a number with a text: it fails if the text is not a number',
    ],
    ['{{input.name}}', '>', '9', 'warning', '> compares a text with 9: as numbers if the text is one, else as texts'],
    [
      '10',
      '>=',
      '{{input.name}}',
      'warning',
      '>= compares a text with 10: as numbers if the text is one, else as texts',
    ],
    ['{{input.flag}}', '>', 1, 'error', '> takes a number or a text, not a boolean'],
    [1, '<', '{{input.tags}}', 'error', '< takes a number or a text, not a list'],
    ['{{input.score}}', '==', 'high', 'warning', 'A number is never equal to a text'],
    ['{{input.flag}}', '!=', 'yes', 'warning', 'A boolean is never equal to a text'],
    ['{{input.name}}', '==', 5, 'warning', 'A text is equal to a number only if the text contains it'],
    ['{{input.score}}', 'contains', '5', 'error', 'contains looks into a list or a text or an object, not a number'],
    ['{{input.name}}', 'contains', 5, 'error', 'A text contains texts, not a number'],
    ['{{input.card}}', 'contains', true, 'error', 'An object contains texts, not a boolean'],
  ])('%j %s %j is a problem', (left, operator, right, severity, message) => {
    expect(compared(left, operator, right)).toEqual(ifProblem(severity, message))
  })

  test.each<[Json, string, Json]>([
    ['{{input.score}}', '>', '9'],
    ['{{input.score}}', '>', 9],
    ['5', '>', '10'],
    ['{{input.score}}', '==', '5'],
    ['{{input.flag}}', '==', 'true'],
    ['{{input.maybe}}', '>', '0.5'],
    ['{{input.name}}', '<', 'm'],
    ['{{input.name}}', '<', '{{input.status}}'],
    ['{{input.any}}', '>', 'x'],
    [5, '>', '{{input.any}}'],
    ['{{input.tags}}', 'contains', 5],
    ['{{input.tags}}', 'contains', '{{input.any}}'],
    ['{{input.name}}', 'contains', '{{input.any}}'],
    ['{{input.any}}', 'contains', 5],
    [null, 'contains', 5],
    ['{{input.name}}', 'exists', 5],
    ['x', '>', '{{input.name}}'],
    [null, '>', 5],
  ])('%j %s %j is none', (left, operator, right) => {
    expect(compared(left, operator, right)).toEqual([])
  })

  test('a param that is left out is compared with nothing, and an operator that is left out has its default', () => {
    expect(problemsOf({ left: '{{input.score}}', operator: '>' })).toEqual([])
    expect(problemsOf({ operator: '>', right: 5 })).toEqual([])
    expect(problemsOf({ left: '{{input.flag}}', right: 'yes' })).toHaveLength(1)
    expect(problemsOf({ left: '{{input.flag}}', operator: 7, right: 'yes' })).toEqual([])
  })

  test('items of a list are compared with a param of their node', () => {
    const params = {
      value: '{{input.score}}',
      cases: [
        { id: 'a', value: '5' },
        { id: 'b', value: 'five' },
        { id: 'c', operator: '>', value: 'five' },
        'no object',
      ],
    }
    expect(problemsOf(params, 'acme/cases').map(({ field, severity, nodeId }) => [field, severity, nodeId])).toEqual([
      ['params.cases.2.value', 'error', 'if'],
      ['params.cases.1.value', 'warning', 'if'],
    ])
    expect(problemsOf({ value: '{{input.score}}', cases: 'none' }, 'acme/cases')).toEqual([])
  })

  test('nodes of unknown types are left alone', () => {
    expect(problemsOf({ left: true, operator: '>', right: 1 }, 'acme/unknown')).toEqual([])
  })
})
