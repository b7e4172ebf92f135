import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { greet, route } from '../../test/node-definitions.ts'
import { TenonError } from '../errors/index.ts'
import { checkDefinition } from './check-definition.ts'
import { defineNode } from './define-node.ts'
import type { NodeDefinition } from './definition.ts'
import { pollParams } from './poll-params.ts'
import { webhookParams } from './trigger-params.ts'

const base: NodeDefinition = greet
const LITERAL = z.string().meta({ literal: true })

function refusalOf(change: Partial<NodeDefinition>): TenonError {
  try {
    checkDefinition({ ...base, ...change })
  } catch (error) {
    if (error instanceof TenonError) return error
    throw error
  }
  throw new Error('The definition was accepted')
}

describe('defineNode', () => {
  test('gives a definition that cannot be changed, down to its lists', () => {
    expect(Object.isFrozen(greet)).toBe(true)
    expect(Object.isFrozen(greet.ports)).toBe(true)
    expect(Object.isFrozen(greet.ports[0])).toBe(true)
    expect(Object.isFrozen(greet.outputs)).toBe(true)
  })

  test('freezes a copy: what the author passed stays as it was', () => {
    const ports = [{ name: 'success', title: 'Done' }] as const
    const inputs = [{ name: 'in' }]
    const policy = { timeout: '10s' } as const
    const tool = { name: 'greet', description: 'Greets' }
    const lint = [
      {
        code: 'A',
        severity: 'warning',
        when: 'params.name == ""',
        message: 'Empty',
        field: 'name',
        fix: { title: 'Use a name', value: '"Ada"' },
      },
    ] as const
    const made = defineNode({
      ...greet,
      ports,
      outputs: { success: z.object({}) },
      summary: '',
      inputs,
      policy,
      tool,
      lint,
    })
    expect(made.policy).toEqual(policy)
    expect([made.inputs, made.policy, made.tool, made.lint].every(Object.isFrozen)).toBe(true)
    expect(made.lint?.map(({ fix }) => Object.isFrozen(fix))).toEqual([true])
    expect([ports, inputs, policy, tool, lint, lint[0].fix].some(Object.isFrozen)).toBe(false)
  })

  test('accepts ports from params, schemas from params, and an end without ports', () => {
    expect(route.ports).toHaveLength(3)
    for (const control of ['end', 'break', 'continue'] as const) {
      expect(() => checkDefinition({ ...base, control, ports: [], outputs: { end: z.unknown() } })).not.toThrow()
    }
  })

  test('accepts a trigger of the server, whose secret the server itself reads', () => {
    const trigger = {
      control: 'trigger',
      trigger: 'webhook',
      inline: true,
      params: webhookParams,
      summary: '',
    } as const
    expect(() => checkDefinition({ ...base, ...trigger })).not.toThrow()
  })

  test.each<[string, string, Partial<NodeDefinition>]>([
    ['a type in camel case', 'type', { type: 'httpCall' }],
    ['a type with two vendors', 'type', { type: 'a/b/c' }],
    ['version 0', 'version', { version: 0 }],
    ['half a version', 'version', { version: 1.5 }],
    ['an empty title', 'title', { title: ' ' }],
    ['a title beyond 60 characters', 'title', { title: 'x'.repeat(61) }],
    ['an empty description', 'description', { description: '' }],
    ['a description beyond 80 characters', 'description', { description: 'x'.repeat(81) }],
    ['markup as icon', 'icon', { icon: '<path d="M0 0"/>' }],
    ['a category that is none', 'category', { category: 'misc' as 'flow' }],
    ['a param name with a capital', 'params.Name', { params: z.object({ Name: z.string() }), summary: '' }],
    ['a port name with a space', 'ports.0', { ports: [{ name: 'a b', title: '' }] }],
    ['the reserved port', 'ports.0', { ports: [{ name: 'error', title: '' }] }],
    [
      'a port twice',
      'ports.1',
      {
        ports: [
          { name: 'success', title: '' },
          { name: 'success', title: '' },
        ],
      },
    ],
    ['a port without output', 'ports.0', { ports: [{ name: 'other', title: '' }] }],
    [
      'ports from a param that is not there',
      'ports.0.each',
      { ports: [{ each: 'params.ways', id: 'id', title: 't' }] },
    ],
    [
      'ports from params without output',
      'outputs',
      { ports: [{ each: 'params.name', id: 'id', title: 't' }], outputs: {} },
    ],
    ['a node that starts runs and is not inline', 'inline', { control: 'child' }],
    ['a node that starts runs without a workflow', 'params.workflow', { control: 'child', inline: true }],
    [
      'a workflow that a template may name',
      'params.workflow',
      { control: 'child', inline: true, params: z.object({ workflow: z.string(), name: z.string() }) },
    ],
    [
      'a node that starts runs without their input',
      'params.input',
      { control: 'child', inline: true, params: z.object({ workflow: LITERAL, name: z.string() }) },
    ],
    ['an output without port', 'outputs.other', { outputs: { success: z.object({}), other: z.object({}) } }],
    ['an output for the reserved port', 'outputs.error', { outputs: { success: z.object({}), error: z.object({}) } }],
    [
      'a schema from a param that is not there',
      'outputs.success.fromParam',
      { outputs: { success: { fromParam: 'shape' } } },
    ],
    ['an input name with a capital', 'inputs.0', { inputs: [{ name: 'In' }] }],
    ['an input twice', 'inputs.1', { inputs: [{ name: 'in' }, { name: 'in' }] }],
    ['a trigger with an input', 'inputs', { control: 'trigger', inputs: [{ name: 'in' }] }],
    ['a kind of a node that is no trigger', 'trigger', { trigger: 'webhook' }],
    ['a kind that is none', 'trigger', { trigger: 'fax' as 'webhook', control: 'trigger', inputs: [] }],
    ['a webhook without its params', 'params.method', { control: 'trigger', inputs: [], trigger: 'webhook' }],
    [
      'a poll with a param that is no literal',
      'params.list',
      {
        ...{ control: 'trigger', inputs: [], trigger: 'poll', summary: '' },
        params: pollParams.extend({ list: z.string().meta({ title: 'List' }) }),
      },
    ],
    ['a summary placeholder without param', 'summary', { summary: 'Greets {missing}' }],
    ['a repetition that is no expression', 'idempotentWhen', { idempotentWhen: 'params.' }],
    ['a sink that is not there', 'params.name.sink', { params: z.object({ name: z.string().meta({ sink: 'sql' }) }) }],
    [
      'a sink from a param that is not there',
      'params.name.sink',
      { params: z.object({ name: z.string().meta({ sink: { fromParam: 'kind' } }) }) },
    ],
    ['a sink that is none', 'params.name.sink', { params: z.object({ name: z.string().meta({ sink: { a: 1 } }) }) }],
    [
      'a lint field without param',
      'lint.0.field',
      { lint: [{ code: 'A', severity: 'error', when: 'true', message: 'A', field: 'missing' }] },
    ],
    [
      'a lint fix without field',
      'lint.0.fix',
      { lint: [{ code: 'A', severity: 'error', when: 'true', message: 'A', fix: { title: 'A', value: '1' } }] },
    ],
    [
      'a lint fix that is no expression',
      'lint.0.fix.value',
      {
        lint: [
          {
            code: 'A',
            severity: 'error',
            when: 'true',
            message: 'A',
            field: 'name',
            fix: { title: 'A', value: '1 +' },
          },
        ],
      },
    ],
    ['a timeout without unit', 'policy.timeout', { policy: { timeout: '30' as '30s' } }],
    ['a heartbeat in words', 'policy.heartbeat', { policy: { heartbeat: 'soon' as '1s' } }],
    ['a node of a workflow that undoes it', 'policy.compensation', { policy: { compensation: 'undo' } }],
  ])('refuses %s', (_what, field, change) => {
    const error = refusalOf(change)
    expect(error.code).toBe('NODE_DEFINITION_INVALID')
    expect(error.details?.field).toBe(field)
  })

  test.each<[string, unknown, string, string]>([
    ['an unknown field', { ...base, titel: 'Greet' }, 'titel', 'titel is unknown: did you mean title?'],
    ['an effect that is none', { ...base, effect: 'reads' }, 'effect', '(got "reads"). Did you mean "read"?'],
    ['an effect left out', { ...base, effect: undefined }, 'effect', 'effect must be one of none, read, write'],
    ['a control that is none', { ...base, control: 'ends' }, 'control', 'Did you mean "end"?'],
    ['params as a plain object', { ...base, params: { name: 'text' } }, 'params', 'params must be z.object({ ... })'],
    ['params of another type', { ...base, params: z.string() }, 'params', 'params must be z.object({ ... })'],
    ['a version as text', { ...base, version: '1' }, 'version', 'version must be a whole number (got "1")'],
    ['ports by name', { ...base, ports: ['success'] }, 'ports.0', 'ports.0 must be an object (got "success")'],
    [
      'a port with a label',
      { ...base, ports: [{ name: 'success', title: '', label: '' }] },
      'ports.0.label',
      'unknown',
    ],
    ['a list port without id', { ...base, ports: [{ each: 'params.name', title: 'x' }] }, 'ports.0.id', 'a text'],
    ['a list of outputs', { ...base, outputs: 'none' }, 'outputs', 'outputs must be an object with a schema'],
    ['an output without schema', { ...base, outputs: { success: {} } }, 'outputs.success', 'a schema of zod 4'],
    [
      'a misspelled source of an output',
      { ...base, outputs: { success: { fromParam: 'name', as: 'value' } } },
      'outputs.success.as',
      'Did you mean "values"?',
    ],
    ['an unknown policy', { ...base, policy: { retries: 3 } }, 'policy.retries', 'policy.retries is unknown'],
    [
      'a rule without severity',
      { ...base, lint: [{ code: 'A', when: 'true', message: 'A' }] },
      'lint.0.severity',
      'error',
    ],
  ])('refuses %s, with its remedy', (_what, definition, field, remedy) => {
    const check = () => checkDefinition(definition as NodeDefinition)
    const details = { type: base.type, field }
    expect(check).toThrow(
      expect.objectContaining({ code: 'NODE_DEFINITION_INVALID', details, remedy: expect.stringContaining(remedy) }),
    )
  })

  test('names everything that is missing, the type first', () => {
    const refused = expect.objectContaining({
      code: 'NODE_DEFINITION_INVALID',
      message: expect.stringMatching(
        /^Node type "": type must .*; version must .*; title .*; category .*; params .*; ports .*; outputs .*; effect /,
      ),
      details: { type: '', field: 'type' },
    })
    expect(() => defineNode({} as never)).toThrow(refused)
    expect(() => defineNode(undefined as never)).toThrow(refused)
    expect(() => defineNode(null as never)).toThrow(refused)
  })

  test.each<[string, NonNullable<NonNullable<NodeDefinition['policy']>['retry']>]>([
    ['initialInterval', { initialInterval: 'x' as '1s' }],
    ['maximumInterval', { maximumInterval: '1y' as '1s' }],
    ['maximumAttempts', { maximumAttempts: 0 }],
    ['maximumAttempts', { maximumAttempts: 1.5 }],
    ['backoffCoefficient', { backoffCoefficient: 0.5 }],
    ['backoffCoefficient', { backoffCoefficient: Number.NaN }],
  ])('refuses a retry policy whose %s is out of range', (field, retry) => {
    const error = refusalOf({ policy: { retry } })
    expect(error.code).toBe('RETRY_POLICY_INVALID')
    expect(error.details?.field).toBe(`policy.retry.${field}`)
  })

  test('accepts a complete policy', () => {
    const retry = { initialInterval: '1s', maximumInterval: '1m', maximumAttempts: 5, backoffCoefficient: 2 } as const
    expect(() => checkDefinition({ ...base, policy: { retry, timeout: '30s', heartbeat: '5s' } })).not.toThrow()
  })
})
