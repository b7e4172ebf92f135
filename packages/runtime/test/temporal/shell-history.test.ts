import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasTemporal } from './dev-server.ts'
import { historyText } from './history-text.ts'
import { quietTemporal } from './open-temporal.ts'
import { openShellRig, type ShellRig, textsOf } from './shell-rig.ts'
import { approve, approving, SECRET, shellStories } from './shell-stories.ts'

/** `TENON_RECORD_HISTORIES=1` keeps what these stories leave for the replay test, when the shell has changed. */
const isRecording = process.env.TENON_RECORD_HISTORIES === '1'
const histories = join(import.meta.dirname, '..', 'histories')

if (await hasTemporal()) {
  let rig: ShellRig

  beforeAll(async () => {
    quietTemporal()
    rig = await openShellRig()
    await mkdir(histories, { recursive: true })
  }, 300_000)
  afterAll(() => rig.close(), 60_000)

  describe('the history of a shell', () => {
    test.each(shellStories)('holds nothing of the tenant: $name', async ({ name, play }) => {
      const run = await play(rig)
      const all = await rig.historiesOf(run)
      await run.ended()
      expect(JSON.stringify(await run.events())).toContain(name === 'timer-fired' ? 'timer_fired' : 'run_started')
      for (const [index, history] of all.entries()) {
        expect(textsOf(history).filter((text) => text.includes(SECRET))).toEqual([])
        expect(textsOf(history).some((text) => text.includes(run.runId))).toBe(true)
        if (isRecording) await writeFile(join(histories, `${name}.${index + 1}.json`), historyText(history))
      }
      expect(all).toHaveLength(name === 'continued-as-new' ? 2 : 1)
    })

    test('is found by a search of its text, so that the test above can fail', async () => {
      const run = await rig.start(workflow([node('start', 'start'), node(SECRET, 'probe')], [`start>${SECRET}`]))
      const [history] = await rig.historiesOf(run)
      expect(textsOf(history).some((text) => text.includes(SECRET))).toBe(true)
    })

    test('costs 6 events a side-effecting node, 7 a wait, 6 a run, and nothing a pure node', async () => {
      const [history] = await rig.historiesOf(await approve(rig))
      const events = history?.events?.length ?? 0
      const waits = 1
      const effects = approving.nodes.filter(({ type }) => type === 'probe').length
      expect((events - 5 - 7 * waits) / effects).toBeLessThanOrEqual(7)

      const pure = ['p1', 'p2', 'p3', 'p4']
      const longer = workflow(
        [...approving.nodes, ...pure.map((id) => node(id, 'set', { fields: { [id]: 1 } }))],
        ['start>p1', 'p1>p2', 'p2>a', 'a>review', 'review:approve>p3', 'p3>b', 'b>p4', 'p4>end'],
      )
      const [other] = await rig.historiesOf(await approve(rig, longer))
      expect(other?.events).toHaveLength(events)
    })
  })

  test('a node goes to the queue that its policy names', async () => {
    const away = withPolicy(node('a', 'probe'), { taskQueue: rig.nodeQueue })
    const run = await rig.start(workflow([node('start', 'start'), away], ['start>a']))
    const [history] = await rig.historiesOf(run)
    const queues = history?.events?.flatMap(
      (event) => event.activityTaskScheduledEventAttributes?.taskQueue?.name ?? [],
    )
    expect(queues).toEqual([rig.nodeQueue])
    expect(await run.ended()).toMatchObject({ status: 'completed' })
  })

  describe('what operators do to a shell', () => {
    const gated = workflow([node('start', 'start'), node('a', 'probe', { isGated: true })], ['start>a'])

    test('a cancelation on Temporal cancels the run', async () => {
      const run = await rig.start(gated)
      await rig.probes.reached(run.runId, 'a')
      await rig.shellOf(run).cancel()
      await run.ended()
      expect((await run.events()).at(-1)).toMatchObject({ type: 'run_canceled', data: { reason: 'operator' } })
      expect(rig.probes.aborted).toContain(`${run.runId}/a`)
    })

    test('a termination cancels the run, by a new shell', async () => {
      const document = workflow([node('start', 'start'), node('d', 'delay', { duration: '1h' })], ['start>d'])
      const run = await rig.start(document)
      await run.until('waiting')
      await expect
        .poll(() =>
          rig
            .shellOf(run)
            .describe()
            .then(
              () => true,
              () => false,
            ),
        )
        .toBe(true)
      await rig.shellOf(run).terminate()
      await run.ended()
      expect((await run.events()).at(-1)).toMatchObject({ type: 'run_canceled', data: { reason: 'operator' } })
    })
  })
}
