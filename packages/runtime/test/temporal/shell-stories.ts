import type { History } from '@temporalio/common/lib/proto-utils.js'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import { expect } from 'vitest'
import type { DrivenRun } from '../../src/testing/run-driver.ts'
import type { ShellRig } from './shell-rig.ts'

type HistoryEvent = NonNullable<History['events']>[number]

/** Sample of a text that tenants write: no history may have it. */
export const SECRET = 'the-tenants-own-words'

/** A run that takes the shell through one kind of history. */
export interface ShellStory {
  readonly name: string
  play(rig: ShellRig): Promise<DrivenRun>
}

const input = { order: SECRET }

const chain = (count: number) => {
  const ids = Array.from({ length: count }, (_, index) => `n${index}`)
  const edges = ids.map((id, index) => `${ids[index - 1] ?? 'start'}>${id}`)
  return workflow([node('start', 'start'), ...ids.map((id) => node(id, 'probe', { output: { [id]: SECRET } }))], edges)
}

const alone = (params: object, retry: object) =>
  workflow(
    [
      node('start', 'start'),
      withPolicy(node('a', 'probe', { output: { said: SECRET }, ...params }), {
        retry: { maximumAttempts: 3, ...retry },
      }),
    ],
    ['start>a'],
  )

export const approving = workflow(
  [
    node('start', 'start'),
    node('a', 'probe', { output: { found: '{{input.order}}' } }),
    node('review', 'approval', { title: 'Refund {{input.order}}?', timeout: '1h' }),
    node('b', 'probe', { output: { b: 1 } }),
    node('end', 'end'),
  ],
  ['start>a', 'a>review', 'review:approve>b', 'b>end'],
)

/** Starts a run that waits for an approval, and approves once its shell waits, too: sooner, they would share events. */
export async function approve(rig: ShellRig, document = approving): Promise<DrivenRun> {
  const run = await rig.start(document, input)
  const { approvalId } = await run.approvalOf('review')
  await expect
    .poll(async () => (await rig.shellOf(run).fetchHistory()).events?.some(isTimerStart), { timeout: 60_000 })
    .toBe(true)
  await run.decide(approvalId, 'approve', SECRET)
  return run
}

const isTimerStart = (event: HistoryEvent): boolean => Boolean(event.timerStartedEventAttributes)

export const shellStories: readonly ShellStory[] = [
  { name: 'completed', play: (rig) => rig.start(chain(2), input) },
  { name: 'approval-and-timer', play: (rig) => approve(rig) },
  {
    name: 'timer-fired',
    play: (rig) => rig.start(workflow([node('start', 'start'), node('d', 'delay', { duration: '50ms' })], ['start>d'])),
  },
  {
    name: 'parallel',
    play: (rig) => {
      const branches = ['x', 'y', 'z']
      const nodes = branches.map((id) => node(id, 'probe'))
      const fork = node('fork', 'fork', { branches: branches.map((id) => ({ id })) })
      const edges = branches.flatMap((id) => [`fork:${id}>${id}`, `${id}>join`])
      return rig.start(
        workflow([node('start', 'start'), fork, ...nodes, node('join', 'join')], ['start>fork', ...edges]),
      )
    },
  },
  {
    name: 'failed-and-retried',
    play: (rig) => rig.start(alone({ failures: 9 }, { initialInterval: '20ms' }), input),
  },
  {
    name: 'canceled-in-flight',
    play: async (rig) => {
      const run = await rig.start(alone({ isGated: true }, {}), input)
      await rig.probes.reached(run.runId, 'a')
      await rig.cancel(run)
      return run
    },
  },
  {
    name: 'canceled-in-backoff',
    play: async (rig) => {
      const run = await rig.start(alone({ failures: 9 }, { initialInterval: '1h' }), input)
      await run.untilEvent((event) => event.type === 'node_error')
      await rig.cancel(run)
      return run
    },
  },
  { name: 'continued-as-new', play: (rig) => rig.start(chain(10), input) },
]
