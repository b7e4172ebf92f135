// @vitest-environment jsdom
import type { RerunFrom } from '@tenon/core/run'
import { screen, within } from '@testing-library/react'
import type { ReactNode } from 'react'
import { expect, test, vi } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import type { FixtureData } from '../../../test/fixtures/fixture-data.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { startedRun } from '../../../test/fixtures/sub-workflows.ts'
import { failedRun, reusingRun } from '../../../test/fixtures/ticket-runs.ts'
import { OutputPanel } from '../output/output-panel.tsx'
import { RunLinksContext } from '../store/run-links.ts'
import { RunReady } from '../store/run-part.tsx'
import { RunProvider, type RunScope } from '../store/run-scope.tsx'
import { RunHeader } from '../viewer/run-header.tsx'

const header = (scope: RunScope) => <RunHeader scope={scope} onOpenRun={undefined} onOpenWorkflow={undefined} />

function show(data: FixtureData, part: (scope: RunScope) => ReactNode = header) {
  const { client } = createFixtureClient(data)
  const onOpenRun = vi.fn()
  const view = renderPart(
    <RunLinksContext.Provider value={{ onOpenRun }}>
      <RunProvider client={client} runId={FIXTURE_RUN_ID}>
        {(scope) => <RunReady scope={scope}>{part}</RunReady>}
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

test('the output of an ended run is followed by the runs that repeat it', async () => {
  const rerun = (runId: string, from: RerunFrom) => ({
    ...startedRun(runId, null),
    rerunOf: { runId: FIXTURE_RUN_ID, from },
  })
  const runs = [rerun('run-3', { nodeId: 'policy' }), rerun('run-2', 'failed'), startedRun('run-9', null)]
  const { user, onOpenRun } = show({ frames: failedRun().frames, runs }, (scope) => <OutputPanel scope={scope} />)
  const list = await screen.findByRole('region', { name: 'Runs that repeat this one' })
  const texts = within(list)
    .getAllByRole('listitem')
    .map(({ textContent }) => textContent)
  expect(texts).toEqual([
    expect.stringMatching(/^run-3From Check policy.*Failed · 10 s$/),
    expect.stringMatching(/^run-2From where it failed.*Failed · 10 s$/),
  ])
  await user.click(within(list).getByRole('button', { name: 'run-2' }))
  expect(onOpenRun).toHaveBeenCalledExactlyOnceWith('run-2')
})
