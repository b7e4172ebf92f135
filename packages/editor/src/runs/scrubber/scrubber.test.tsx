// @vitest-environment jsdom
import { fireEvent, screen } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { escalatedRun, escalatingRun } from '../../../test/fixtures/ticket-runs.ts'
import { EnsureInstance } from '../../instance/ensure-instance.tsx'
import { RunProvider } from '../store/run-scope.tsx'
import { TimelinePanel } from '../timeline/timeline-panel.tsx'
import { Scrubber } from './scrubber.tsx'

function show(frames = escalatedRun().frames) {
  const fixture = createFixtureClient({ frames })
  return renderPart(
    <EnsureInstance>
      <RunProvider client={fixture.client} runId={FIXTURE_RUN_ID}>
        {({ store, nodes }) => (
          <>
            <Scrubber store={store} nodes={nodes} />
            <TimelinePanel store={store} nodes={nodes} selectedNodeId={null} onSelectNode={() => {}} />
          </>
        )}
      </RunProvider>
    </EnsureInstance>,
  )
}

describe('Scrubber', () => {
  test('moves everything to an event of the past and says which', async () => {
    show()
    const slider = await screen.findByRole('slider', { name: 'Moment of the run' })
    expect(screen.getByText('Event 32 of 32')).toBeDefined()
    fireEvent.change(slider, { target: { value: '10' } })
    expect(screen.getByText('Event 10 of 32')).toBeDefined()
    expect(slider.getAttribute('aria-valuetext')).toMatch(/^Event 10 of 32\. /)
    expect(screen.getAllByRole('option')).toHaveLength(3)
  })

  test('steps back and on, and returns to the end', async () => {
    const { user } = show()
    await user.click(await screen.findByRole('button', { name: 'One event back' }))
    await user.click(screen.getByRole('button', { name: 'One event back' }))
    expect(screen.getByText('Event 30 of 32')).toBeDefined()
    await user.click(screen.getByRole('button', { name: 'One event on' }))
    await user.click(screen.getByRole('button', { name: 'One event on' }))
    expect(screen.getByText('Event 32 of 32')).toBeDefined()
    expect(screen.getByRole('button', { name: 'One event on' })).toHaveProperty('disabled', true)
    expect(screen.getByRole('button', { name: 'End' }).getAttribute('aria-pressed')).toBe('true')
  })

  test('says that it follows a run that goes on', async () => {
    show(escalatingRun().frames)
    expect(await screen.findByRole('button', { name: 'Live' })).toBeDefined()
  })
})
