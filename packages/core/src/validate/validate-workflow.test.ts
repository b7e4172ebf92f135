import { describe, expect, test } from 'vitest'
import { around, call, end, fixed, issueIn, manifest, set, start, validate } from '../../test/validation.ts'
import { node, workflow } from '../testing/index.ts'
import { checkWorkflowInSlices, ISSUE_CODES } from './index.ts'

describe('validateWorkflow', () => {
  test('finds nothing wrong with a sound workflow', () => {
    const sound = workflow(
      [
        start,
        set('a', { score: '{{ 0.5 + 0.4 }}' }),
        node('check', 'if-else', { left: '{{ input.score }}', operator: '>', right: 0.7 }),
        call('b'),
        set('c'),
        end,
      ],
      ['start>a', 'a>check', 'check:true>b', 'check:false>c', 'b>end', 'c>end'],
    )
    expect(validate(sound)).toEqual([])
  })

  test('puts issues in the order of the nodes, those of no node first', () => {
    const document = workflow([call('z', { url: '' }), call('a', { url: '' })])
    expect(validate(document).map(({ code, nodeId }) => [code, nodeId])).toEqual([
      ['TRIGGER_MISSING', undefined],
      ['PARAM_REQUIRED', 'z'],
      ['PARAM_REQUIRED', 'a'],
    ])
  })

  test('reports all paths that cannot be read, with the node if it is in one', () => {
    const broken = around({ ...set('a'), typeVersion: 0 })
    expect(validate(broken)).toEqual([
      expect.objectContaining({
        code: 'DOCUMENT_MALFORMED',
        severity: 'error',
        nodeId: 'a',
        path: ['typeVersion'],
        field: 'typeVersion',
      }),
    ])
    expect(validate({ ...broken, nodes: [null as never] })).toEqual([expect.objectContaining({ path: ['nodes', 0] })])
    expect(validate({ ...broken, nodes: 5 as never })).toEqual([expect.objectContaining({ path: ['nodes'] })])
    expect(validate(null as never)).toEqual([expect.objectContaining({ code: 'DOCUMENT_MALFORMED', path: [] })])
    const fields = ['id', 'type', 'typeVersion', 'name', 'params', 'position']
    expect(validate({ ...broken, nodes: [{} as never] }).map(({ field }) => field)).toEqual(
      fields.map((field) => `nodes.0.${field}`),
    )
  })

  test('gives the survey that the checks worked on, unless the structure is wrong', async () => {
    const pause = async () => {}
    const document = around(set('a', { x: '{{ 1 }}' }), call('b'))
    const checked = await checkWorkflowInSlices(document, manifest, { pause })
    expect(checked.issues).toEqual(validate(document))
    expect(checked.survey?.ordered.map(({ node, name, templates }) => [node.id, name, templates.length])).toEqual([
      ['start', 'start', 0],
      ['a', 'a', 1],
      ['b', 'b', 0],
      ['end', 'end', 0],
    ])
    const parsed = await checkWorkflowInSlices(document, manifest, { isParsed: true, pause })
    expect([parsed.issues, parsed.survey?.document]).toEqual([checked.issues, document])
    expect(parsed.survey?.document).toBe(document)
    const broken = await checkWorkflowInSlices({ ...document, nodes: 5 as never }, manifest, { pause })
    expect(broken).toEqual({ issues: [expect.objectContaining({ code: 'DOCUMENT_MALFORMED' })], survey: null })
  })

  test('knows each of its codes from the list that it gives', () => {
    expect(new Set(ISSUE_CODES).size).toBe(ISSUE_CODES.length)
  })
})

describe('nodes', () => {
  test('NODE_TYPE_UNKNOWN guesses what was meant', () => {
    const unknown = (type: string) => issueIn(around(node('a', type)), 'NODE_TYPE_UNKNOWN').message
    expect(unknown('acme/cal')).toBe('a: unknown node type "acme/cal". Did you mean "acme/call"?')
    expect(unknown('zzz/zzz')).toBe('a: unknown node type "zzz/zzz"')
  })

  test('NODE_VERSION_UNKNOWN goes to the latest version', () => {
    const document = around(node('a', 'acme/single', {}, { typeVersion: 7 }))
    const issue = issueIn(document, 'NODE_VERSION_UNKNOWN')
    expect(issue.message).toBe('a: version 7 of "acme/single" does not exist; the latest is version 2')
    expect(fixed(document, issue).nodes[1]?.typeVersion).toBe(2)
  })

  test('NODE_NAME_DUPLICATE renames the later one to a free name', () => {
    const document = around(
      set('a', {}, { name: 'Same' }),
      set('b', {}, { name: 'Same 2' }),
      set('c', {}, { name: 'Same' }),
    )
    const issue = issueIn(document, 'NODE_NAME_DUPLICATE')
    expect(issue).toMatchObject({ severity: 'warning', nodeId: 'c', field: 'name' })
    expect(fixed(document, issue).nodes[3]?.name).toBe('Same 3')
  })

  test('NODE_ID_DUPLICATE', () => {
    expect(
      issueIn(workflow([start, set('a', {}, { name: 'x' }), set('a', {}, { name: 'y' })]), 'NODE_ID_DUPLICATE'),
    ).toMatchObject({ nodeId: 'a' })
  })

  test('a node without a name is called by its id', () => {
    expect(issueIn(around(call('a', { url: '' }, { name: '' })), 'PARAM_REQUIRED').message).toBe(
      'a: "Address" is required',
    )
  })
})

test('a concurrency key that reads more than the input is an issue of the settings', () => {
  const concurrency = { limit: 1, key: '{{ trigger.id }}' }
  const document = workflow([node('start', 'start'), node('end', 'end')], ['start>end'], { settings: { concurrency } })
  expect(validate(document)).toMatchObject([
    { code: 'POLICY_INVALID', path: ['settings', 'concurrency', 'key'], values: { setting: 'concurrencyKey' } },
  ])
  const valid = { ...document, settings: { concurrency: { limit: 1, key: '{{ input.id }}' } } }
  expect(validate(valid)).toEqual([])
  const plain = { ...document, settings: { concurrency: { limit: 1, key: 'id' } } }
  const issue = issueIn(plain, 'POLICY_INVALID')
  expect(issue).toMatchObject({ severity: 'warning', field: 'settings.concurrency.key' })
  expect(fixed(plain, issue).settings.concurrency).toEqual({ limit: 1, key: '{{ input.id }}' })
  const both = { debounce: { delay: '1m' }, batching: { maxSize: 2, maxWait: '1m' } } as const
  expect(issueIn({ ...document, settings: both }, 'POLICY_INVALID').fix?.code).toBe('STOP_COLLECTING')
})
