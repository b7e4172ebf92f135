// @vitest-environment jsdom
import { TenonError } from '@tenon/core/errors'
import { defineNode, scheduleParams, toManifest } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { renderHook } from '@testing-library/react'
import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import { t } from '../../test/fixtures/render.tsx'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { startLiveProblems } from '../problems/live-problems.ts'
import { acceptDocument, createEditorStore } from '../store/editor-store.ts'
import { useServerChecks } from '../use-server-checks.ts'

const schedule = defineNode({
  ...{ type: 'schedule', version: 1, title: 'Schedule', description: 'Begin at set times', icon: 'M4 12h16' },
  ...{ category: 'trigger', control: 'trigger', trigger: 'schedule', inline: true, params: scheduleParams },
  ...{ ports: [{ name: 'success', title: 'success' }], outputs: { success: z.record(z.string(), z.unknown()) } },
  ...{ summary: '{cron}', effect: 'none' },
})
const eventually = (check: () => void) => vi.waitFor(check, 20_000)

function start(isReadOnly = false) {
  const fixture = createFixtureClient()
  const store = createEditorStore({ manifest: createManifestIndex(toManifest([schedule])), phase: { kind: 'ready' } })
  store.setState({ isReadOnly })
  onTestFinished(startLiveProblems(store, () => t))
  const view = renderHook(() => useServerChecks({ store, client: fixture.client, workflowId: 'wf', isDraft: true }))
  const edit = (params: Parameters<typeof node>[2]) =>
    acceptDocument(store, workflow([node('clock', 'schedule', params)], []))
  const problems = () =>
    store
      .getState()
      .problems.filter(({ field }) => field[0] === 'params')
      .map(({ field, severity, message }) => [field[1], severity, message])
  return { fixture, store, edit, problems, view }
}

const previews = ({ calls }: ReturnType<typeof createFixtureClient>) =>
  calls.filter(({ name }) => name === 'triggers.preview').length

test('a schedule that the server refuses is a problem of the draft at its field, until it is corrected', async () => {
  const { fixture, edit, problems, view } = start()
  edit({ cron: 'never' })
  await eventually(() => expect(problems()).toEqual([['cron', 'error', '"Cron expression": no such minute']]))
  // The schema finds this fault, and the server repeats it.
  edit({ cron: '' })
  fixture.fail(
    'triggers.preview',
    new TenonError('SCHEDULE_INVALID', 'Refused', {
      details: { issues: [{ path: ['params', 'cron'], code: 'SCHEDULE_INVALID', message: 'repeated' }] },
    }),
  )
  await eventually(() => expect(previews(fixture)).toBe(2))
  await eventually(() => expect(problems()).toEqual([['cron', 'error', expect.not.stringContaining('repeated')]]))
  fixture.fail('triggers.preview', null)
  edit({ cron: '0 9 * * *' })
  await eventually(() => expect(problems()).toEqual([]))
  view.unmount()
  edit({ cron: 'never' })
  expect(problems()).toEqual([])
})

test('checks again when Publish is opened, and not for a viewer', async () => {
  const { fixture, store, edit } = start()
  edit({})
  await eventually(() => expect(previews(fixture)).toBe(1))
  fixture.fail('triggers.preview', new TenonError('FORBIDDEN', 'No longer'))
  store.setState({ openPanel: 'publish' })
  await eventually(() => expect(previews(fixture)).toBe(2))
  expect(store.getState().scheduleIssues).toEqual([])

  const viewer = start(true)
  viewer.edit({ cron: 'never' })
  expect(previews(viewer.fixture)).toBe(0)
  viewer.store.setState({ isReadOnly: false })
  await eventually(() => expect(viewer.problems()).toHaveLength(1))
})
