import { createNodeRegistry } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { validateWorkflow } from '@tenon/core/validate'
import { describe, expect, test } from 'vitest'
import { createBuiltInNodes } from './server/index.ts'

const { manifest } = createNodeRegistry(createBuiltInNodes({}))
const issuesOf = (params: Record<string, string | number>) =>
  validateWorkflow(
    workflow([node('start', 'start'), node('i', 'if-else', params), node('end', 'end')], ['start>i', 'i:true>end']),
    manifest,
  )
    .filter(({ severity }) => severity === 'error')
    .map(({ code, field }) => [code, field])

describe('if-else, as it is drawn', () => {
  test('asks for what to compare with, unless the comparison needs nothing', () => {
    expect(issuesOf({ left: '{{input.n ?? 0}}', operator: '>' })).toEqual([['PARAM_REQUIRED', 'params.right']])
    expect(issuesOf({ left: '{{input.n ?? 0}}', operator: '>', right: 3 })).toEqual([])
    expect(issuesOf({ left: '{{input.n ?? 0}}', operator: 'exists' })).toEqual([])
  })
})
