import type { WorkflowDocument } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import {
  branches,
  chain,
  completed,
  end,
  failed,
  failing,
  inside,
  joinOf,
  probe,
  set,
  start,
  TWICE,
} from './case-parts.ts'
import type { ConformanceCase } from './conformance-case.ts'

/** The switch of the Open Workflow Specification: one if after the other. */
function switchOf(isOtherSet: boolean): WorkflowDocument {
  const colors = ['red', 'green', 'blue']
  const ifs = colors.map((color) => node(`is_${color}`, 'if-else', { when: `{{ input.color == "${color}" }}` }))
  const sets = colors.map((color) => set(`set_${color}`, { colors: [color] }))
  const ends = colors.map((color) => node(`end_${color}`, 'end', { output: { colors: [color] } }))
  const other = isOtherSet ? [set('set_other', { colors: ['{{ input.color }}'] })] : []
  return workflow(
    [start, ...ifs, ...sets, ...ends, ...other, node('end_other', 'end', { output: { color: '{{ input.color }}' } })],
    [
      ...['start>is_red', 'is_red:false>is_green', 'is_green:false>is_blue'],
      ...colors.flatMap((color) => [`is_${color}:true>set_${color}`, `set_${color}>end_${color}`]),
      ...(isOtherSet ? ['is_blue:false>set_other', 'set_other>end_other'] : ['is_blue:false>end_other']),
    ],
  )
}

/** Scenarios of the conformance kit of the Open Workflow Specification, as our documents. */
export const OPEN_WORKFLOW: readonly ConformanceCase[] = [
  {
    name: 'set: fields from the input',
    document: chain(
      start,
      set('init', { shape: 'circle', size: '{{ input.size }}' }),
      end({ made: '{{ nodes.init.output }}' }),
    ),
    input: { size: { width: 6 } },
    ends: completed({ made: { shape: 'circle', size: { width: 6 } } }),
    completes: ['init'],
  },
  {
    name: 'flow: one after the other',
    document: chain(start, set('red'), set('green'), set('blue'), end()),
    ends: completed({}),
    completes: ['blue', 'green', 'red'],
  },
  {
    name: 'flow: in the order of the edges, not of the list',
    document: workflow(
      [start, set('red'), set('blue'), set('green'), end()],
      ['start>red', 'red>green', 'green>blue', 'blue>end'],
    ),
    ends: completed({}),
    completes: ['blue', 'green', 'red'],
  },
  ...['red', 'green', 'blue'].map(
    (color): ConformanceCase => ({
      name: `switch: ${color} matches`,
      document: switchOf(false),
      input: { color },
      ends: completed({ colors: [color] }),
      completes: [
        ...(color === 'red'
          ? ['is_red']
          : color === 'green'
            ? ['is_green', 'is_red']
            : ['is_blue', 'is_green', 'is_red']),
        `set_${color}`,
      ],
    }),
  ),
  {
    name: 'switch: nothing matches',
    document: switchOf(false),
    input: { color: 'yellow' },
    ends: completed({ color: 'yellow' }),
    completes: ['is_blue', 'is_green', 'is_red'],
  },
  {
    name: 'switch: an explicit default',
    document: switchOf(true),
    input: { color: 'yellow' },
    ends: completed({ color: 'yellow' }),
    completes: ['is_blue', 'is_green', 'is_red', 'set_other'],
  },
  {
    name: 'for: items and indexes',
    document: workflow(
      [
        start,
        node('each', 'loop', { items: '{{ input.colors }}' }),
        inside('each', set('mark', { color: '{{ item }}', index: '{{ index }}' })),
        end({ marks: '{{ nodes.each.output.results }}' }),
      ],
      ['start>each', 'each>end'],
    ),
    input: { colors: ['red', 'green'] },
    ends: completed({
      marks: [
        { color: 'red', index: 0 },
        { color: 'green', index: 1 },
      ],
    }),
    completes: ['each', 'mark#0', 'mark#1'],
  },
  {
    name: 'do: tasks inside of a task',
    document: workflow(
      [start, node('all', 'try'), inside('all', set('red')), inside('all', set('green')), end()],
      ['start>all', 'red>green', 'all>end'],
    ),
    ends: completed({}),
    completes: ['all', 'green#0', 'red#0'],
  },
  {
    name: 'fork: all branches',
    document: workflow(
      [start, branches('a', 'b'), probe('left'), probe('right'), joinOf('all'), end()],
      ['start>fork', 'fork:a>left', 'fork:b>right', 'left>join', 'right>join', 'join>end'],
    ),
    ends: completed({}),
    completes: ['fork', 'join', 'left', 'right'],
  },
  {
    name: 'fork: branches that compete',
    document: workflow(
      [start, branches('a', 'b'), probe('quick'), node('slow', 'approval', { title: 'Never' }), joinOf('any'), end()],
      ['start>fork', 'fork:a>quick', 'fork:b>slow', 'quick>join', 'slow:approve>join', 'join>end'],
    ),
    choices: { slow: null },
    ends: completed({}),
    completes: ['fork', 'join', 'quick'],
  },
  {
    name: 'try: an error that is caught',
    document: workflow(
      [
        start,
        node('all', 'try'),
        inside('all', failing('get')),
        set('caught', { code: '{{ nodes.all.output.code }}' }),
        end(),
      ],
      ['start>all', 'all:failed>caught', 'caught>end'],
    ),
    ends: completed({}),
    completes: ['all', 'caught'],
  },
  {
    name: 'try: retries before it fails',
    document: chain(start, probe('get', { failures: 2 }, { retry: TWICE }), end()),
    ends: completed({}),
    completes: ['get'],
  },
  {
    name: 'raise: an error that nothing catches',
    document: chain(start, failing('raise'), end()),
    ends: failed('NODE_PARAMS_INVALID'),
    completes: [],
  },
  {
    name: 'wait: a duration',
    document: chain(start, node('pause', 'delay', { duration: '200ms' }), end()),
    ends: completed({}),
    completes: ['pause'],
  },
  {
    name: 'listen: one event',
    document: chain(start, node('paid', 'wait-for-event', { eventName: 'paid', key: '{{ run.id }}' }), end()),
    ends: completed({}),
    completes: ['paid'],
  },
  {
    name: 'run: another workflow',
    document: chain(start, node('call', 'child', { workflow: 'below', input: { n: 1 } }), end()),
    below: chain(start, probe('work'), end({ done: true })),
    ends: completed({}),
    completes: ['call'],
  },
  {
    name: 'run: another workflow that fails',
    document: chain(start, node('call', 'child', { workflow: 'below' }), end()),
    below: chain(start, failing('work'), end()),
    ends: failed('CHILD_FAILED'),
    completes: [],
  },
]
