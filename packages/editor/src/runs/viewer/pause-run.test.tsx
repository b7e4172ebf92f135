// @vitest-environment jsdom
import type { TenonClient } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { escalatedRun, escalatingRun, pausedRun } from '../../../test/fixtures/ticket-runs.ts'
import { RunProvider } from '../store/run-scope.tsx'
import { RunHeader } from './run-header.tsx'

function show(frames = escalatingRun().frames, change: (client: TenonClient) => Partial<TenonClient> = () => ({})) {
  const fixture = createFixtureClient({ frames })
  const { client } = fixture
  const pause = vi.fn(client.runs.pause)
  const resume = vi.fn(client.runs.resume)
  const own: TenonClient = { ...client, runs: { ...client.runs, pause, resume } }
  const view = renderPart(
    <RunProvider client={{ ...own, ...change(own) }} runId={FIXTURE_RUN_ID}>
      {(scope) => <RunHeader scope={scope} onOpenRun={undefined} onOpenWorkflow={undefined} />}
    </RunProvider>,
  )
  return { ...view, fixture, pause, resume }
}

/** Texts of the toasts about requests. */
const requests = () => [...document.querySelectorAll('.tn-toast-text')].map(({ textContent }) => textContent)

const named = (name: string) => screen.findByRole('button', { name })

describe('the header of a run', () => {
  test('pauses it, says who paused it and what is still running, and resumes it', async () => {
    const { user, fixture, pause, resume } = show()
    await user.click(await named('Pause'))
    expect(pause).toHaveBeenCalledExactlyOnceWith(FIXTURE_RUN_ID)
    await waitFor(() => expect(requests()).toEqual(['Pause requested']))
    const log = pausedRun()
    act(() => fixture.push(...log.frames.slice(escalatingRun().frames.length)))
    expect(await screen.findByText(/^Paused by Mina Kaur since Nov 23, .* · 1 node is still running$/)).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Pause' })).toBeNull()
    expect(requests()).toEqual([])
    await user.click(await named('Resume'))
    expect(resume).toHaveBeenCalledExactlyOnceWith(FIXTURE_RUN_ID)
    await waitFor(() => expect(requests()).toEqual(['Resume requested']))
    const resumed = { type: 'run_resumed', seq: log.frames.length + 1, at: log.at, data: { actor: null } } as const
    act(() => fixture.push(resumed))
    expect(await named('Pause')).toBeTruthy()
    expect(screen.queryByText(/^Paused by/)).toBeNull()
    expect(requests()).toEqual([])
  })

  test('shows that it asked for a cancelation until the run is canceled', async () => {
    const { user, fixture } = show()
    await user.click(await named('Cancel run'))
    await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Cancel run' }))
    await waitFor(() => expect(requests()).toEqual(['Cancellation requested']))
    const canceled = { reason: 'user' } as const
    const { frames, at } = escalatingRun()
    act(() => fixture.push({ type: 'run_canceled', seq: frames.length + 1, at, data: canceled }))
    expect(await screen.findByText(/^Canceled/)).toBeTruthy()
    expect(requests()).toEqual([])
  })

  test('shows no request that the run fulfilled before the server answered', async () => {
    const log = pausedRun()
    const pushed: (() => void)[] = []
    const { user, fixture } = show(undefined, (client) => ({
      runs: {
        ...client.runs,
        pause: async (runId) => {
          for (const push of pushed) push()
          await screen.findByText(/^Paused by/)
          return client.runs.pause(runId)
        },
      },
    }))
    pushed.push(() => fixture.push(...log.frames.slice(escalatingRun().frames.length)))
    await user.click(await named('Pause'))
    await waitFor(() =>
      expect(screen.getByRole('button', { name: 'Resume' }).getAttribute('aria-busy')).not.toBe('true'),
    )
    expect(requests()).toEqual([])
  })

  test('does not say who if no person paused the run', async () => {
    const { frames } = pausedRun()
    show(frames.map((frame) => (frame.type === 'run_paused' ? { ...frame, data: { actor: null } } : frame)))
    expect(await screen.findByText(/^Paused since Nov 23, /)).toBeTruthy()
  })

  test('says why a run could not be paused', async () => {
    const { user } = show(undefined, (client) => ({
      runs: {
        ...client.runs,
        pause: async () => {
          throw new TenonError('RUN_CLOSED', 'The run has ended')
        },
      },
    }))
    await user.click(await named('Pause'))
    expect(await screen.findByText(/The run has ended/)).toBeTruthy()
    expect(await named('Pause')).toBeTruthy()
  })

  test('has no buttons to pause or cancel for a viewer, whose role is loaded once, nor after the end', async () => {
    const me = vi.fn<TenonClient['me']>()
    const { unmount } = show(undefined, (client) => {
      me.mockImplementation(async () => ({ ...(await client.me()), role: 'viewer' }))
      return { me }
    })
    await screen.findByText(/Running/)
    await waitFor(() => expect(me).toHaveResolvedTimes(1))
    await act(async () => {})
    expect(screen.queryByRole('button', { name: /^(Pause|Cancel run)$/ })).toBeNull()
    expect(me).toHaveBeenCalledTimes(1)
    unmount()
    show(escalatedRun().frames)
    await screen.findByText(/Completed/)
    expect(screen.queryByRole('button', { name: 'Pause' })).toBeNull()
  })
})
