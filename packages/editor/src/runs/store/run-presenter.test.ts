import type { NodeManifestEntry } from '@tenon/core/node'
import type { RunEventFrame } from '@tenon/core/run'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { loopRun } from '../../../test/fixtures/loop-runs.ts'
import { LOOP_DOCUMENT, LOOP_MANIFEST } from '../../../test/fixtures/loop-workflow.ts'
import {
  escalatedRun,
  escalatingRun,
  failedRun,
  parkedRun,
  RUN_STARTED_AT,
  reusingRun,
  waitingRun,
} from '../../../test/fixtures/ticket-runs.ts'
import { TICKET_DOCUMENT, TICKET_MANIFEST } from '../../../test/fixtures/ticket-workflow.ts'
import { en, enRuns } from '../../messages/en/index.ts'
import { createTranslate, type Translate } from '../../messages/format.ts'
import { createNodeDirectory } from './node-directory.ts'
import { createRunPresenter } from './run-presenter.ts'
import { createRunStore } from './run-store.ts'

const t = createTranslate({ ...en, ...enRuns }, 'en')
const nodes = createNodeDirectory(TICKET_DOCUMENT, TICKET_MANIFEST)

beforeEach(() => {
  vi.useFakeTimers({ now: RUN_STARTED_AT })
})
afterEach(() => {
  vi.useRealTimers()
})

function present(frames: readonly RunEventFrame[], texts: Translate = t) {
  const fixture = createFixtureClient()
  const store = createRunStore({
    client: fixture.client,
    runId: FIXTURE_RUN_ID,
    schedule: (callback) => {
      callback()
      return () => {}
    },
  })
  store.start()
  fixture.push(...frames)
  return { store, presenter: createRunPresenter({ store, nodes, t: texts, locale: 'en' }) }
}

describe('createRunPresenter', () => {
  test('says how long a node took and which attempt it was', () => {
    const { presenter } = present(escalatedRun().frames)
    expect(presenter.node('analyze')).toEqual({ status: 'success', label: '1.84 s', statusLabel: 'Succeeded' })
    expect(presenter.node('ticket')).toMatchObject({ label: '1.93 s · attempt 2' })
    expect(presenter.node('review')).toEqual({ status: 'skipped', label: '', statusLabel: 'Skipped' })
  })

  test('says which outcomes are those of an earlier run, without a duration', () => {
    const { presenter } = present(reusingRun().frames)
    const note = 'Reused from the earlier run'
    expect(presenter.node('analyze')).toEqual({ status: 'success', label: '', statusLabel: 'Succeeded', note })
    expect(presenter.node('crm')).toMatchObject({ status: 'failed', label: '', reason: '503 from the shop', note })
    expect(presenter.node('start')?.note).toBeUndefined()
  })

  test('shows that a node waits for a fix, and why', () => {
    const { presenter } = present(parkedRun().frames)
    expect(presenter.node('ticket')).toMatchObject({
      status: 'parked',
      statusLabel: 'Needs a fix',
      reason: '422 from the help desk: unknown customer "C-789"',
    })
  })

  test('shows the nodes of a loop in its shown item, and a loop whose items run as running', () => {
    const loopNodes = createNodeDirectory(LOOP_DOCUMENT, LOOP_MANIFEST)
    const { store } = present(loopRun({ ended: 7, failed: [2] }).frames)
    const presenter = createRunPresenter({ store, nodes: loopNodes, t, locale: 'en' })
    expect(presenter.node('each')).toMatchObject({ status: 'running', label: expect.stringMatching(/^7 of 12 · /) })
    expect([presenter.node('charge')?.status, presenter.node('mail')]).toEqual(['running', null])
    expect(presenter.edge({ source: 'charge', sourceHandle: 'success', target: 'mail' })).toBe('none')
    store.chooseItems(new Map([['each', 0]]))
    expect([presenter.node('charge')?.status, presenter.node('mail')?.status]).toEqual(['success', 'success'])
    expect(presenter.edge({ source: 'charge', sourceHandle: 'success', target: 'mail' })).toBe('taken')
    store.chooseItems(new Map([['each', 2]]))
    expect(presenter.node('charge')).toMatchObject({ status: 'failed', reason: '503 for O-3' })
    expect([presenter.loopBar('charge'), presenter.loopBar('finish')]).toEqual([null, null])
    expect(presenter.loopBar('each')).toMatchObject({ props: { loopRunId: 'each', name: 'Each order' } })
  })

  test('counts the rounds of a loop without a list, and nothing of a node that runs its content once', () => {
    const { store } = present(loopRun({ ended: 7, failed: [2] }).frames)
    const presentAs = (change: Partial<NodeManifestEntry>) => {
      const entries = LOOP_MANIFEST.nodes.map((entry) => (entry.type === 'repeat' ? { ...entry, ...change } : entry))
      const loopNodes = createNodeDirectory(LOOP_DOCUMENT, { hash: 'kinds', nodes: entries })
      return createRunPresenter({ store, nodes: loopNodes, t, locale: 'en' })
    }
    const rounds = presentAs({ params: { type: 'object', properties: {} } })
    expect(rounds.node('each')?.label).toMatch(/^7 rounds · /)
    expect(rounds.loopBar('each')).toMatchObject({ props: { kind: 'rounds' } })
    const once = presentAs({ control: 'scope' })
    expect(once.node('each')?.label).not.toMatch(/of 12|rounds?/)
    expect(once.loopBar('each')).toBeNull()
  })

  test('says why a node failed', () => {
    const { presenter } = present(failedRun().frames)
    expect(presenter.node('ticket')).toMatchObject({ status: 'failed', reason: '503 from the help desk' })
    const ofHost = createTranslate({ ...en, ...enRuns, 'error.HTTP_STATUS': 'Der Dienst ist gestört' }, 'en')
    expect(present(failedRun().frames, ofHost).presenter.node('ticket')?.reason).toBe('Der Dienst ist gestört')
  })

  test('says nothing of a node that the run has not reached', () => {
    const { presenter } = present(waitingRun().frames)
    expect(presenter.node('escalated')).toBeNull()
  })

  test('gives the same object until something changes', () => {
    const { presenter, store } = present(escalatedRun().frames)
    const before = presenter.node('ticket')
    expect(presenter.node('ticket')).toBe(before)
    store.seek(20)
    expect(presenter.node('ticket')).not.toBe(before)
  })

  test('counts the time of a node that runs while it is shown', () => {
    const log = escalatingRun(RUN_STARTED_AT - 5_000)
    vi.setSystemTime(log.at)
    const { presenter } = present(log.frames)
    const labels: (string | undefined)[] = []
    const stop = presenter.subscribe(() => labels.push(presenter.node('ticket')?.label))
    vi.advanceTimersByTime(1_000)
    stop()
    const seen = labels.length
    vi.advanceTimersByTime(5_000)
    expect(labels).toHaveLength(seen)
    expect(labels.at(-1)).toBe('2.5 s · attempt 2')
    expect(new Set(labels).size).toBeGreaterThan(2)
  })

  test('draws the path taken, what runs now and what is dead', () => {
    const { presenter } = present(escalatingRun().frames)
    const edge = (source: string, sourceHandle: string, target: string) =>
      presenter.edge({ source, sourceHandle, target })
    expect(edge('policy', 'pass', 'happy')).toBe('taken')
    expect(edge('policy', 'fail', 'review')).toBe('dead')
    expect(edge('fork', 'ticket', 'ticket')).toBe('live')
    expect(edge('fork', 'crm', 'crm')).toBe('taken')
    expect(edge('ticket', 'success', 'join')).toBe('none')
    expect(edge('review', 'approve', 'happy')).toBe('dead')
  })

  test('lets the path go through a node that is switched off, by its first port', () => {
    const log = escalatingRun()
    log.add({ type: 'nodes_skipped', data: { nodeRunIds: ['policy'], reason: 'disabled' } })
    const { presenter } = present(log.frames)
    expect(presenter.edge({ source: 'policy', sourceHandle: 'pass', target: 'happy' })).toBe('taken')
    expect(presenter.edge({ source: 'policy', sourceHandle: 'fail', target: 'review' })).toBe('dead')
  })
})
