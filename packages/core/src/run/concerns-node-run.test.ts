import { expect, test } from 'vitest'
import { concernsNodeRun } from './concerns-node-run.ts'
import { fromFrame } from './frame.ts'

const of = (type: string, data: object, nodeRunId?: string) =>
  fromFrame({ seq: 1, at: 0, type, data, ...(nodeRunId === undefined ? {} : { nodeRunId }) } as never)

test.each([
  ['an event of its own', of('node_started', {}, 'ask#3'), true],
  ['one of the next iteration', of('node_started', {}, 'ask#30'), false],
  ['a skip of several nodes', of('nodes_skipped', { nodeRunIds: ['a', 'ask#3'] }), true],
  ['a skip of others', of('nodes_skipped', { nodeRunIds: ['a'] }), false],
  ['the join that it has lost', of('join_fired', { losers: ['ask#3'] }, 'join#3'), true],
  ['the join that another has lost', of('join_fired', { losers: ['b#3'] }, 'join#3'), false],
  ['a vote for its wait', of('approval_decided', { waitId: 'ask#3/1/0' }), true],
  ['a vote for another wait', of('approval_decided', { waitId: 'ask#30/1/0' }), false],
  ['the timer of its wait', of('timer_fired', { timerId: 'ask#3/1/0' }), true],
  ['another timer', of('timer_fired', { timerId: 'run' }), false],
  ['an event of the run', of('run_paused', {}), false],
])('an entry concerns a node run: %s', (_, entry, expected) => {
  expect(concernsNodeRun(entry, 'ask#3')).toBe(expected)
})
