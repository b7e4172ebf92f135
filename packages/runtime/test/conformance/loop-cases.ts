import type { WorkflowNode } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { branches, completed, end, failed, failing, inside, joinOf, probe, set, start, TWICE } from './case-parts.ts'
import type { ConformanceCase } from './conformance-case.ts'

/** Joins of three branches, of which one never ends by itself. */
export const FANS: readonly ConformanceCase[] = (
  [
    ['all', 'all', probe('c'), ['a', 'b', 'c', 'fork', 'join']],
    ['all, one continues after its failure', 'all', failing('c', { onError: 'continue' }), ['a', 'b', 'fork', 'join']],
    ['two of three', { count: 2 }, node('c', 'approval', { title: 'Never' }), ['a', 'b', 'fork', 'join']],
  ] as const
).map(([title, join, other, completes]): ConformanceCase => {
  const port = other.type === 'approval' ? ':approve' : ''
  return {
    name: `join: ${title}`,
    document: workflow(
      [start, branches('a', 'b', 'c'), probe('a'), probe('b'), other, joinOf(join), end()],
      ['start>fork', 'fork:a>a', 'fork:b>b', 'fork:c>c', 'a>join', 'b>join', `c${port}>join`, 'join>end'],
    ),
    choices: { c: null },
    ends: completed({}),
    completes,
  }
})

/** Loops: failures of items, and ways to leave them. */
export const LOOPS: readonly ConformanceCase[] = [
  ...([1, 3] as const).flatMap((concurrency): readonly ConformanceCase[] => {
    const loop = (onFailure: string, each: WorkflowNode) =>
      workflow(
        [start, node('each', 'loop', { items: [1, 2, 3], concurrency, onFailure }), inside('each', each), end()],
        [...['start>each', 'each>end']],
      )
    const ids = ['work#0', 'work#1', 'work#2']
    return [
      {
        name: `loop, ${concurrency} at a time: bodies`,
        document: loop('fail', probe('work')),
        ends: completed({}),
        completes: ['each', ...ids],
      },
      {
        name: `loop, ${concurrency} at a time: pure nodes`,
        document: loop('fail', set('work')),
        ends: completed({}),
        completes: ['each', ...ids],
      },
      {
        name: `loop, ${concurrency} at a time: collected failures`,
        document: loop('collect', failing('work')),
        ends: completed({}),
        completes: ['each'],
      },
      {
        name: `loop, ${concurrency} at a time: ignored failures`,
        document: loop('ignore', failing('work')),
        ends: completed({}),
        completes: ['each'],
      },
      {
        name: `loop, ${concurrency} at a time: waits`,
        document: loop('fail', node('work', 'delay', { duration: '100ms' })),
        ends: completed({}),
        completes: ['each', ...ids],
      },
      {
        name: `loop, ${concurrency} at a time: approvals`,
        document: loop('fail', node('work', 'approval', { title: 'Continue?' })),
        ends: completed({}),
        completes: ['each', ...ids],
      },
      {
        name: `loop, ${concurrency} at a time: retries`,
        document: loop('fail', probe('work', { failures: 1 }, { retry: TWICE })),
        ends: completed({}),
        completes: ['each', ...ids],
      },
    ]
  }),
  {
    name: 'loop: no items',
    document: workflow(
      [start, node('each', 'loop', { items: [] }), inside('each', set('work')), end()],
      ['start>each', 'each>end'],
    ),
    ends: completed({}),
    completes: ['each'],
  },
  {
    name: 'loop: in a loop',
    document: workflow(
      [
        start,
        node('outer', 'loop', { items: [1, 2] }),
        inside('outer', node('inner', 'loop', { items: [1, 2] })),
        inside('inner', set('work')),
        end(),
      ],
      ['start>outer', 'outer>end'],
    ),
    ends: completed({}),
    completes: ['inner#0', 'inner#1', 'outer', 'work#0.0', 'work#0.1', 'work#1.0', 'work#1.1'],
  },
  {
    name: 'loop: fails with its first item',
    document: workflow(
      [start, node('each', 'loop', { items: [1, 2] }), inside('each', failing('work')), end()],
      ['start>each', 'each>end'],
    ),
    ends: failed('ITERATION_FAILED'),
    completes: [],
  },
  {
    name: 'loop: a break',
    document: workflow(
      [
        start,
        node('each', 'loop', { items: [1, 2, 3] }),
        inside('each', set('work')),
        inside('each', node('stop', 'break')),
        end(),
      ],
      ['start>each', 'work>stop', 'each>end'],
    ),
    ends: completed({}),
    completes: ['each', 'stop#0', 'work#0'],
  },
]
