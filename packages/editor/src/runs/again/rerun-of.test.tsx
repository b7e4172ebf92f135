// @vitest-environment jsdom
import type { RerunFrom } from '@tenon/core/run'
import { screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID, type FixtureData } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { failedRun, reusingRun } from '../../../test/fixtures/ticket-runs.ts'
import { RunLinksContext } from '../store/run-links.ts'
import { RunReady } from '../store/run-part.tsx'
import { RunProvider } from '../store/run-scope.tsx'
import { RunHeader } from '../viewer/run-header.tsx'

function show(data: FixtureData) {
  const { client } = createFixtureClient(data)
  const onOpenRun = vi.fn()
  const view = renderPart(
    <RunLinksContext.Provider value={{ onOpenRun }}>
      <RunProvider client={client} runId={FIXTURE_RUN_ID}>
        {(scope) => (
          <RunReady scope={scope}>
            {(ready) => <RunHeader scope={ready} onOpenRun={undefined} onOpenWorkflow={undefined} />}
          </RunReady>
        )}
      </RunProvider>
    </RunLinksContext.Provider>,
  )
  return { ...view, onOpenRun }
}

test.each<[RerunFrom, string]>([
  ['start', 'Runs run-1 again'],
  ['failed', 'Runs run-1 again from where it failed'],
  [{ nodeId: 'policy' }, 'Runs run-1 again from Check policy'],
])('the header of a rerun leads to the earlier run: %j', async (from, name) => {
  const { user, onOpenRun } = show({ frames: reusingRun().frames, rerunOf: { runId: 'run-1', from } })
  await user.click(await screen.findByRole('button', { name }))
  expect(onOpenRun).toHaveBeenCalledExactlyOnceWith('run-1')
})

test('the header of a failed run leads to the run that handles it', async () => {
  const { user, onOpenRun } = show({ frames: failedRun().frames, handledBy: 'run-alert' })
  await user.click(await screen.findByRole('button', { name: 'Handled by run run-alert' }))
  expect(onOpenRun).toHaveBeenCalledExactlyOnceWith('run-alert')
})
