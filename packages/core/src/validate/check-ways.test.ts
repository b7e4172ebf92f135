import { describe, expect, test } from 'vitest'
import { around, call, end, issueIn, manifest, only, set, start, validate } from '../../test/validation.ts'
import type { JsonObject } from '../json.ts'
import { node, workflow } from '../testing/index.ts'
import { validateWorkflow } from './validate-workflow.ts'

const condition = node('check', 'if-else', { left: 1, operator: '==', right: 1 })
const fork = (...ids: string[]) => node('f', 'fork', { branches: ids.map((id) => ({ id, title: '' })) })

describe('paths that stop short', () => {
  test('PORT_UNCONNECTED names the ports that no edge leaves', () => {
    const issue = issueIn(workflow([start, condition, end], ['start>check', 'check:true>end']), 'PORT_UNCONNECTED')
    expect(issue).toMatchObject({
      severity: 'warning',
      nodeId: 'check',
      message: 'check: no edge leaves "No", so the path ends there without an outcome',
    })
    const many = workflow([start, fork('a', 'b', 'c', 'd', 'e', 'g'), end], ['start>f', 'f:a>end'])
    expect(issueIn(many, 'PORT_UNCONNECTED').message).toContain('"b", "c", "d", "e" and 1 more')
  })

  test('a time limit that is not set, a disabled node and a node with one port leave nothing open', () => {
    const approval = (params = {}) => {
      const ask = node('ask', 'approval', { title: 'Sure?', ...params })
      return workflow([start, ask, end], ['start>ask', 'ask:approve>end', 'ask:reject>end'])
    }
    expect(only(validate(approval()), 'PORT_UNCONNECTED')).toEqual([])
    const off = workflow([start, { ...condition, disabled: true }, end], ['start>check', 'check:true>end'])
    expect(only(validate(off), 'PORT_UNCONNECTED')).toEqual([])
    expect(only(validate(around(set('a'))), 'PORT_UNCONNECTED')).toEqual([])
  })

  test('a time limit that is set leads to its port, also where the list of ports is deep in the params', () => {
    const nodes = manifest.nodes.map((entry) =>
      entry.type === 'approval' ? { ...entry, ports: [...entry.ports, { name: 'timeout', title: 'Too late' }] } : entry,
    )
    const issuesOf = (params: JsonObject) => {
      const ask = node('ask', 'approval', { title: 'Sure?', ...params })
      const document = workflow([start, ask, end], ['start>ask', 'ask:approve>end', 'ask:reject>end'])
      return only(validateWorkflow(document, { nodes }), 'PORT_UNCONNECTED')
    }
    expect(issuesOf({})).toEqual([])
    expect(issuesOf({ timeout: '1h' })).toMatchObject([{ message: expect.stringContaining('"Too late"') }])
  })

  test('DEAD_END', () => {
    const document = workflow([start, call('a'), call('b'), end], ['start>a', 'a>end', 'start>b'])
    expect(issueIn(document, 'DEAD_END')).toMatchObject({
      severity: 'warning',
      nodeId: 'b',
      message: 'Nothing comes after b: this path finishes without an outcome',
    })
    expect(only(validate(workflow([start, call('a')], ['start>a'])), 'DEAD_END')).toEqual([])
    const second = workflow([start, node('other', 'start'), end], ['start>end'])
    expect(issueIn(second, 'DEAD_END')).toMatchObject({ nodeId: 'other' })
  })
})

describe('forks and joins without a use', () => {
  test('FORK_SINGLE', () => {
    const single = workflow([start, fork('a'), end], ['start>f', 'f:a>end'])
    expect(issueIn(single, 'FORK_SINGLE')).toMatchObject({ severity: 'warning', nodeId: 'f' })
    const two = workflow([start, fork('a', 'b'), end], ['start>f', 'f:a>end', 'f:b>end'])
    expect(only(validate(two), 'FORK_SINGLE')).toEqual([])
  })

  test('JOIN_SINGLE', () => {
    const single = around(node('j', 'join'))
    expect(issueIn(single, 'JOIN_SINGLE')).toMatchObject({ severity: 'warning', nodeId: 'j' })
    const two = workflow([start, fork('a', 'b'), node('j', 'join'), end], ['start>f', 'f:a>j', 'f:b>j', 'j>end'])
    expect(validate(two)).toEqual([])
  })
})

describe('ports from params', () => {
  test('PORT_NAME_DUPLICATE', () => {
    const document = workflow([start, fork('a', 'b', 'a'), end], ['start>f', 'f:a>end', 'f:b>end'])
    expect(issueIn(document, 'PORT_NAME_DUPLICATE')).toMatchObject({
      severity: 'error',
      path: ['params', 'branches', 2, 'id'],
      message: 'f has two ports with the name "a"',
    })
    const reserved = workflow([start, fork('a', 'error'), end], ['start>f', 'f:a>end'])
    expect(issueIn(reserved, 'PORT_NAME_DUPLICATE').field).toBe('params.branches.1.id')
  })

  test('PORT_NAME_DUPLICATE, also for a port that the type itself has', () => {
    const nodes = manifest.nodes.map((entry) =>
      entry.type === 'fork' ? { ...entry, ports: [...entry.ports, { name: 'rest', title: 'The rest' }] } : entry,
    )
    const document = workflow([start, fork('a', 'rest'), end], ['start>f', 'f:a>end', 'f:rest>end'])
    const issues = validateWorkflow(document, { nodes })
    expect(only(issues, 'PORT_NAME_DUPLICATE')).toMatchObject([{ field: 'params.branches.1.id' }])
  })

  test('PORT_NAME_INVALID', () => {
    const document = workflow([start, fork('a', 'B C'), end], ['start>f', 'f:a>end'])
    expect(issueIn(document, 'PORT_NAME_INVALID')).toMatchObject({
      severity: 'error',
      message: 'f: "B C" cannot be the name of a port',
      field: 'params.branches.1.id',
    })
  })

  test('params that are no list of objects are for their schema to judge', () => {
    const deep = manifest.nodes.map((entry) =>
      entry.type === 'fork'
        ? { ...entry, ports: [{ each: 'params.branches.list', id: 'id', title: 'title' } as const] }
        : entry,
    )
    for (const branches of [1, { list: [{ id: 'B C' }] }]) {
      const issues = validateWorkflow(around(node('f', 'fork', { branches })), { nodes: deep })
      expect(only(issues, 'PORT_NAME_INVALID')).toHaveLength(branches === 1 ? 0 : 1)
    }
    for (const branches of ['{{ input.x }}', [1], [{ id: 5 }], 'x']) {
      const issues = validate(around(node('f', 'fork', { branches })))
      expect(issues.filter(({ code }) => code.startsWith('PORT_NAME'))).toEqual([])
    }
  })
})

describe('NODE_NAME_INVALID', () => {
  test.each([
    ['a line break', 'Send\nmail', 'Send mail'],
    ['a turn of direction', 'Pay \u202eevil', 'Pay evil'],
    ['a space that is not seen', 'Pay\u200b', 'Pay'],
    ['tags', 'Pay\u{e0041}\u{e0042}', 'Pay'],
  ])('refuses %s', (_what, name, clean) => {
    const issue = issueIn(around(set('a', {}, { name })), 'NODE_NAME_INVALID')
    expect(issue).toMatchObject({
      severity: 'error',
      nodeId: 'a',
      field: 'name',
      fix: { title: `Rename to "${clean}"`, operations: [{ op: 'update_node', nodeId: 'a', set: { name: clean } }] },
    })
  })

  test('a name of nothing else is removed; names in any script, with emoji, stay', () => {
    expect(issueIn(around(set('a', {}, { name: '\u200b' })), 'NODE_NAME_INVALID').fix?.title).toBe('Remove the name')
    for (const name of ['نام\u200cه', '👩\u200d💻 Zoë', '日本']) {
      expect(only(validate(around(set('a', {}, { name }))), 'NODE_NAME_INVALID')).toEqual([])
    }
  })
})
