// @vitest-environment jsdom
import { fireEvent, screen } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { escalatedRun, escalatingRun } from '../../../test/fixtures/ticket-runs.ts'
import { RunGroup, RunScrubber, RunTimeline } from '../viewer/run-parts.tsx'

function show(frames = escalatedRun().frames) {
  const fixture = createFixtureClient({ frames })
  const run = { client: fixture.client, runId: FIXTURE_RUN_ID }
  const part = renderPart(
    <RunGroup {...run}>
      <RunScrubber {...run} />
      <RunTimeline {...run} />
    </RunGroup>,
  )
  return { ...part, fixture }
}

describe('RunScrubber', () => {
  test('moves everything to an event of the past and says which', async () => {
    const { fixture } = show()
    const slider = await screen.findByRole('slider', { name: 'Position in the run' })
    expect(screen.getByText('Event 32 of 32')).toBeDefined()
    fireEvent.change(slider, { target: { value: '10' } })
    expect(screen.getByText('Event 10 of 32')).toBeDefined()
    expect(slider.getAttribute('aria-valuetext')).toMatch(/^Event 10 of 32\. /)
    expect(screen.getAllByRole('option')).toHaveLength(3)
    expect(fixture.listeners()).toBe(1)
  })

  test('steps back and on, and returns to the end', async () => {
    const { user } = show()
    await user.click(await screen.findByRole('button', { name: 'Previous event' }))
    await user.click(screen.getByRole('button', { name: 'Previous event' }))
    expect(screen.getByText('Event 30 of 32')).toBeDefined()
    await user.click(screen.getByRole('button', { name: 'Next event' }))
    await user.click(screen.getByRole('button', { name: 'Next event' }))
    expect(screen.getByText('Event 32 of 32')).toBeDefined()
    expect(screen.getByRole('button', { name: 'Next event' })).toHaveProperty('disabled', true)
    expect(screen.getByRole('button', { name: 'End' }).getAttribute('aria-pressed')).toBe('true')
  })

  test('says that it follows a run that goes on', async () => {
    show(escalatingRun().frames)
    expect(await screen.findByRole('button', { name: 'Live' })).toBeDefined()
  })
})
