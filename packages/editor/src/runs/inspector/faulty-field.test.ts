import type { WorkflowNode } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import { en, enRuns } from '../../messages/en/index.ts'
import { createTranslate } from '../../messages/format.ts'
import { faultyField, paramFault } from './faulty-field.ts'

const t = createTranslate({ ...en, ...enRuns }, 'en')

const SCHEMA = {
  type: 'object',
  properties: {
    url: { type: 'string', title: 'URL' },
    headers: { type: 'object', title: 'Headers' },
    cases: { type: 'array', title: 'Cases', items: { type: 'object', properties: { when: { title: 'Condition' } } } },
  },
} as const

const url = 'https://shop.test/{{ input.nmae }}'
const node: WorkflowNode = {
  id: 'n',
  type: 'http-call',
  typeVersion: 1,
  name: 'Call',
  params: { url, headers: { 'X-Id': '{{ 1 / 0 }}' }, cases: [{ when: 'a' }, { when: '{{ b }}' }] },
  policy: { skipIf: '{{ input.x > 1 }}', retryIf: '{{ error.status > 499 }}' },
  position: { x: 0, y: 0 },
}
const faulty = (details: Parameters<typeof faultyField>[0]) => faultyField(details, node, SCHEMA, t)

describe('faultyField', () => {
  test('names the field by its title and the expression by its text', () => {
    const position = url.indexOf('input')
    const details = { param: ['url'], position, end: position + 'input.nmae'.length, path: 'input.nmae' }
    expect(faulty(details)).toEqual({ field: 'URL', expression: '{{ input.nmae }}' })
  })

  test('names what lies inside of a field, and the whole text where no part is named', () => {
    expect(faulty({ param: ['headers', 'X-Id'] })).toEqual({ field: 'Headers › X-Id', expression: '{{ 1 / 0 }}' })
    expect(faulty({ param: ['cases', 1, 'when'] })).toEqual({ field: 'Cases › 2 › Condition', expression: '{{ b }}' })
  })

  test('shows a part of the template with its own braces', () => {
    const position = url.indexOf('{{')
    expect(faulty({ param: ['url'], position, end: url.length })?.expression).toBe('{{ input.nmae }}')
    expect(faulty({ param: ['url'], position: 0, end: url.length })?.expression).toBe(url)
  })

  test('names a field of the policy', () => {
    expect(faulty({ policy: 'skipIf' })).toEqual({ field: 'Skip if', expression: '{{ input.x > 1 }}' })
    expect(faulty({ policy: 'retryIf' })).toEqual({
      field: 'Try again only if',
      expression: '{{ error.status > 499 }}',
    })
  })

  test('names the field alone where the version is not known or the text is too long', () => {
    expect(faultyField({ param: ['url'] }, null, SCHEMA, t)).toEqual({ field: 'URL', expression: null })
    const long = { ...node, params: { url: `{{ ${'a'.repeat(400)} }}` } }
    expect(faultyField({ param: ['url'] }, long, SCHEMA, t)?.expression).toBeNull()
  })

  test.each([undefined, null, 'url', { status: 503 }, { param: [] }])('finds none in %j', (details) => {
    expect(faulty(details)).toBeNull()
  })
})

test('a fault of params has the name of its field and what is wrong', () => {
  const issues = [{ path: ['url'], code: 'invalid', message: 'It is not a URL' }]
  const error = { code: 'NODE_PARAMS_INVALID', message: 'Invalid params of "http-call": url', details: { issues } }
  expect(paramFault(error, SCHEMA)).toBe('URL: It is not a URL')
  expect(faulty(error.details)).toEqual({ field: 'URL', expression: url })
  expect(paramFault({ ...error, code: 'OTHER' }, SCHEMA)).toBeNull()
  for (const other of [[], [{ path: [], message: 'All' }], ['x']]) {
    expect(paramFault({ ...error, details: { issues: other } }, SCHEMA)).toBeNull()
  }
})
