// @vitest-environment jsdom
import type { JsonObject } from '@tenon/core/document'
import { defineNode, scheduleParams, toManifest } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import type { FixtureData } from '../../test/fixtures/fixture-data.ts'
import { renderInspector } from '../../test/fixtures/render-inspector.tsx'
import { triggerEventOf, triggerOf } from '../../test/fixtures/triggers-fixture.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { en } from '../messages/en/en.ts'
import { enTriggers } from '../messages/en/triggers.ts'
import { createTranslate } from '../messages/format.ts'
import { startLiveProblems } from '../problems/live-problems.ts'
import { scheduleSentence } from './schedule-words.ts'

const schedule = defineNode({
  ...{ type: 'schedule', version: 1, title: 'Schedule', description: 'Begin at set times', icon: 'M4 12h16' },
  ...{ category: 'trigger', control: 'trigger', trigger: 'schedule', inline: true, params: scheduleParams },
  ...{ ports: [{ name: 'success', title: 'success' }], outputs: { success: z.record(z.string(), z.unknown()) } },
  ...{ summary: '{cron}', effect: 'none' },
})

function showSchedule(data: FixtureData, params: JsonObject = {}) {
  const fixture = createFixtureClient(data)
  const document = workflow([node('clock', 'schedule', params)], [])
  const view = renderInspector({ document, nodeId: 'clock', client: fixture.client, onOpenRun: () => undefined })
  act(() => view.session.store.setState({ manifest: createManifestIndex(toManifest([schedule])) }))
  const paramsNow = () => view.session.store.getState().nodesById.get('clock')?.params
  return { ...view, fixture, paramsNow }
}

const published = triggerOf('clock', {
  ...{ kind: 'schedule', url: null },
  schedule: { zone: 'Europe/Berlin', nextAt: '2026-12-01T08:00:00.000Z', waitingAt: '2026-11-30T08:00:00.000Z' },
})

test('says the schedule as a sentence with its next times, and sets common schedules and time zones', async () => {
  const { user, paramsNow } = showSchedule({ triggers: [published] }, { zone: 'Europe/Berlin' })
  const section = await screen.findByRole('region', { name: 'Schedule' })
  expect(within(section).getByText('Every weekday at 09:00, Europe/Berlin')).toBeTruthy()
  const times = await screen.findByRole('list', { name: 'Next times of the draft' })
  expect(within(times).getAllByRole('listitem')[0]?.textContent).toMatch(/Tue, Dec 1, 2026, 09:00/)
  expect(within(times).getByText(/Clocks are set forward/)).toBeTruthy()

  await user.selectOptions(within(section).getByLabelText('Common schedules'), 'Every 5 minutes')
  expect(paramsNow()).toMatchObject({ cron: '*/5 * * * *' })
  expect(within(section).getByText('Every 5 minutes, Europe/Berlin')).toBeTruthy()
  const zone = await screen.findByRole('combobox', { name: 'Time zone' })
  expect(zone.textContent).toBe('Europe/Berlin')
  await user.click(zone)
  await user.type(screen.getByRole('combobox', { name: 'Search time zones' }), 'est new york')
  await user.click(screen.getByRole('option', { name: /America\/New_York/ }))
  expect(paramsNow()).toMatchObject({ zone: 'America/New_York' })
})

test('says what is due, waits and was missed, and starts the runs of past times', async () => {
  const dueAt = '2026-11-30T08:00:00.000Z'
  const triggerEvents = [
    triggerEventOf('e2', { outcome: 'missed', runId: null, repeats: 4, dueAt, message: 'No server was there' }),
    triggerEventOf('e1', { dueAt, at: '2026-11-30T09:00:00.000Z' }),
  ]
  const { user, fixture } = showSchedule({ triggers: [published], triggerEvents })
  const section = await screen.findByRole('region', { name: 'Trigger' })
  expect(await within(section).findByText(/^Next run: Dec 1.*waits for the end of the one before\.$/)).toBeTruthy()
  const [missed, late] = within(within(section).getByRole('list', { name: '' })).getAllByRole('listitem')
  expect(missed?.textContent).toMatch(/Missed.*No server was there/)
  expect(late?.textContent).toMatch(/Started a run.*at Nov 30/)

  await user.click(within(section).getByRole('button', { name: 'Run past times' }))
  expect(within(section).getByRole('button', { name: 'Start runs' })).toHaveProperty('disabled', true)
  fireEvent.change(within(section).getByLabelText('From'), { target: { value: '2026-11-29T09:00' } })
  fireEvent.change(within(section).getByLabelText('To'), { target: { value: '2026-11-30T09:00' } })
  await user.click(within(section).getByRole('button', { name: 'Start runs' }))
  expect(await screen.findByText('1 run started.')).toBeTruthy()
  const call = fixture.calls.find(({ name }) => name === 'triggers.backfill')
  expect(call?.args[1]).toEqual({
    ...{ from: new Date('2026-11-29T09:00').toISOString(), to: new Date('2026-11-30T09:00').toISOString() },
  })

  await user.click(within(section).getByRole('button', { name: 'Pause' }))
  expect(await within(section).findByText(/also not later/)).toBeTruthy()
  expect(within(section).queryByRole('button', { name: 'Run past times' })).toBeNull()
})

test('marks the field of a fault, and describes no times then', async () => {
  const { session } = showSchedule({ triggers: [published] }, { cron: 'never', zone: 'Mars/Base' })
  onTestFinished(startLiveProblems(session.store, session.translate))
  const issue = { code: 'PARAM_INVALID', severity: 'error' as const, nodeId: 'clock' }
  const scheduleIssues = [
    { ...issue, path: ['params', 'cron'], message: '"Cron expression": no such minute' },
    { ...issue, path: ['params', 'zone'], message: '"Time zone": no such zone' },
  ]
  expect(await screen.findByText('Correct the marked fields to see them.')).toBeTruthy()
  act(() => session.store.setState({ scheduleIssues }))
  const zone = await screen.findByRole('combobox', { name: 'Time zone' })
  await waitFor(() => expect(zone.getAttribute('aria-invalid')).toBe('true'))
  expect(zone.textContent).toBe('Mars/Base')
  expect(screen.getByText('No such zone')).toBeTruthy()
  expect(screen.getByText('No such minute')).toBeTruthy()
  expect(screen.getByRole('textbox', { name: 'Cron expression' }).getAttribute('aria-invalid')).toBe('true')
  expect(screen.queryByText(/Mars\/Base,|, Mars\/Base/)).toBeNull()
})

test.each([
  [{}, 'Every weekday at 09:00, UTC'],
  [{ cron: '30 7 * * MON-FRI', zone: 'Asia/Tokyo' }, 'Every weekday at 07:30, Asia/Tokyo'],
  [{ cron: '0 9 * * 1' }, 'Every Monday at 09:00, UTC'],
  [{ cron: '0 9 * * 7' }, 'Every Sunday at 09:00, UTC'],
  [{ cron: '5 18 * * fri' }, 'Every Friday at 18:05, UTC'],
  [{ cron: '30 2 1 * *' }, 'At 02:30, on day 1 of the month, UTC'],
  [
    { repeat: 'interval', every: '15m', days: 'weekdays', hours: '09:00-17:00' },
    'Every 15m on weekdays from 09:00-17:00, UTC',
  ],
  [{ repeat: 'interval' }, 'Every 1h, UTC'],
  [{ cron: '61 * * *' }, null],
  [{ cron: 'a b c d e' }, null],
  [{ cron: '*/7 9-5 * * *' }, null],
  [{ zone: 'Mars/Base' }, null],
  [{ cron: '0 9 * * FRI#L' }, '0 9 * * FRI#L, UTC'],
  [{ cron: 5 }, null],
])('the sentence of %j is %j', (params, sentence) => {
  expect(scheduleSentence(params, createTranslate({ ...en, ...enTriggers }, 'en'))).toBe(sentence)
})
