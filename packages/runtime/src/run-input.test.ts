import { node, workflow } from '@tenon/core/testing'
import { expect, test } from 'vitest'
import { compile } from './interpreter/compile.ts'
import { TEST_MANIFEST } from './interpreter/testing/manifest.ts'
import { firstTrigger } from './run-input.ts'

test('runs that name no trigger start at the first enabled one that starts none by itself', () => {
  const nodes = [node('hook', 'hook'), node('off', 'start', {}, { disabled: true }), node('start', 'start')]
  const [start] = TEST_MANIFEST.nodes.filter(({ type }) => type === 'start')
  if (start === undefined) throw new RangeError('The manifest has no start node')
  const hook = { ...start, type: 'hook', trigger: 'webhook' as const }
  const plan = compile(workflow(nodes, []), { ...TEST_MANIFEST, nodes: [...TEST_MANIFEST.nodes, hook] })
  expect(firstTrigger(plan)?.id).toBe('start')
  expect(firstTrigger({ nodes: plan.nodes.slice(0, 2) })).toBeNull()
})
