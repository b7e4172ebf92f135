import { node, withPolicy, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { compile } from '../interpreter/compile.ts'
import type { PlanNode } from '../interpreter/plan.ts'
import { createTestNodes } from '../testing/test-nodes.ts'
import {
  allRequirements,
  capabilitiesOf,
  dispatchRequirements,
  isQueued,
  runRequirements,
  withFact,
} from './requirements.ts'

const { registry } = createTestNodes()
const plan = compile(
  workflow(
    [
      node('start', 'start'),
      node('s', 'set'),
      node('a', 'probe'),
      withPolicy(node('q', 'probe'), { taskQueue: 'gpu' }),
      { ...node('off', 'if-else', { when: true }), disabled: true },
    ],
    ['start>s', 's>a', 'a>q', 'q>off'],
  ),
  registry.manifest,
)
const run = { plan, semantics: 1 }

describe('requirements', () => {
  test('of a run are its machine and the types of the nodes that are executed where it is', () => {
    expect(runRequirements(run).capabilities).toEqual([
      'node:probe@1',
      'node:set@1',
      'node:start@1',
      'plan:1',
      'semantics:1',
    ])
  })

  test('of a queued node are its type and its queue', () => {
    const [queued] = plan.nodes.filter(isQueued)
    if (queued === undefined) throw new Error('The plan has a queued node')
    expect(dispatchRequirements(run, queued).capabilities).toEqual([
      'node:probe@1',
      'plan:1',
      'queue:gpu',
      'semantics:1',
    ])
  })

  test('have a key that begins with the machine, which is a set of its own', () => {
    const [machine, ...others] = allRequirements(run)
    expect(machine).toEqual({ key: '1.1', capabilities: ['plan:1', 'semantics:1'] })
    expect(others.map(({ key }) => key.split('/')[0])).toEqual(['1.1', '1.1'])
    expect(others.map(({ key }) => key)).toEqual([...others.map(({ key }) => key)].sort())
    expect(runRequirements({ plan, semantics: 2 }).key).not.toBe(runRequirements(run).key)
  })

  test('of a node that ends its attempts by a condition or a total time are not met by versions that do not', () => {
    const old = capabilitiesOf(registry, ['gpu']).filter((each) => each !== 'machine:attempt-limits')
    const missing = (limits: Partial<PlanNode>) => {
      const nodes = plan.nodes.map((node) => ({ ...node, ...limits }))
      return runRequirements({ plan: { ...plan, nodes }, semantics: 1 }).capabilities.filter(
        (each) => !old.includes(each),
      )
    }
    expect(missing({ totalTimeoutMs: 1_000 })).toEqual(['machine:attempt-limits'])
    expect(missing({ retryIf: '{{ true }}' })).toEqual(['machine:attempt-limits'])
    expect(missing({})).toEqual([])
    const queued = { type: 'probe', typeVersion: 1, taskQueue: 'gpu', totalTimeoutMs: 1_000 }
    expect(dispatchRequirements(run, queued).capabilities).toContain('machine:attempt-limits')
  })

  test('of a run with an error handler are not met by versions that would start none, also when it is canceled', () => {
    const old = capabilitiesOf(registry, ['gpu']).filter((each) => each !== 'machine:error-handler')
    const handled = { plan: { ...plan, errorHandler: { workflowId: 'w' } }, semantics: 1 }
    for (const { key, capabilities } of allRequirements(handled)) {
      expect(key.split('/')[0]).toBe('1.1+handler')
      expect(capabilities.filter((each) => !old.includes(each))).toEqual(['machine:error-handler'])
    }
  })

  describe('of a run that undoes what it has done', () => {
    const nodes = plan.nodes.map((node, index) => (index === 0 ? { ...node, compensation: 1 } : node))
    const undoing = { plan: { ...plan, nodes }, semantics: 1 }
    const machine = { key: '1.1+undo', capabilities: ['machine:compensation', 'plan:1', 'semantics:1'] }

    test('are not met by versions that would undo nothing', () => {
      const old = capabilitiesOf(registry, ['gpu']).filter((each) => each !== 'machine:compensation')
      for (const { capabilities } of allRequirements(undoing)) {
        expect(capabilities.filter((each) => !old.includes(each))).toEqual(['machine:compensation'])
      }
      const loop = { ...(plan.nodes[0] as PlanNode), children: { nodes, edges: [] } }
      expect(runRequirements({ plan: { ...plan, nodes: [loop] }, semantics: 1 }).key).toMatch(/^1\.1\+undo~/)
    })

    test('remain after a cancelation, which cuts the key at the slash', () => {
      const { key } = runRequirements(undoing)
      expect(key.split('/')).toEqual([key])
      expect(key.split('~')[0]).toBe(machine.key)
      expect(allRequirements(undoing)[0]).toEqual(machine)
    })

    test('are only its machine after a cancelation that undoes nothing', () => {
      const kept = { plan: { ...undoing.plan, compensatesOnCancel: false as const }, semantics: 1 }
      expect(runRequirements(kept).key.split('/')[0]).toBe(machine.key)
      expect(allRequirements(kept)[0]).toEqual(machine)
    })
  })

  test('are met by a worker with the node types, and with the queue for a queued node', () => {
    const meets = (capabilities: readonly string[]) =>
      allRequirements(run).map((each) => each.capabilities.every((one) => capabilities.includes(one)))
    expect(meets(capabilitiesOf(registry, ['gpu']))).toEqual([true, true, true])
    expect(meets(capabilitiesOf(registry, [])).filter(Boolean)).toHaveLength(2)
  })

  test('grow by the facts that only a later version can read', () => {
    const required = runRequirements(run)
    const later = withFact(required, 'run_migrated')
    expect(later.capabilities).toEqual([...required.capabilities, 'fact:run_migrated'].sort())
    expect(later.key).not.toBe(required.key)
    expect(later.key.split('/')[0]).toBe('1.1')
    expect(withFact(later, 'run_migrated')).toEqual(later)
    expect(capabilitiesOf(registry, [])).toContain('fact:cancel_requested')
    expect(capabilitiesOf(registry, [])).not.toContain('fact:node_scheduled')
  })

  test('name the machine that runs called workflows, if a node may call any', () => {
    const calling = compile(
      workflow([node('start', 'start'), node('agent', 'caller', { rounds: [] })], ['start>agent']),
      registry.manifest,
    )
    const { capabilities, key } = runRequirements({ plan: calling, semantics: 1 })
    expect(capabilities).toEqual(expect.arrayContaining(['machine:called-children', 'machine:calls', 'node:child@1']))
    expect(key).toMatch(/^1\.1\+children\//)
    expect(capabilitiesOf(registry, [])).toEqual(expect.arrayContaining([...capabilities]))
    const probes = Object.fromEntries(Object.entries(calling.callable ?? {}).filter(([type]) => type !== 'child@1'))
    expect(runRequirements({ plan: { ...calling, callable: probes }, semantics: 1 }).key).toMatch(/^1\.1\+calls\//)
  })
})
