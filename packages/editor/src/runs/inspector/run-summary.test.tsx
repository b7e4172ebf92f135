// @vitest-environment jsdom

import type { ModelSpend } from '@tenon/core/node'
import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { escalatedRun } from '../../../test/fixtures/ticket-runs.ts'
import { RunProvider } from '../store/run-scope.tsx'
import { RunSummary } from './run-summary.tsx'

const SPEND: ModelSpend = {
  ...{ calls: 1_204, inputTokens: 80_000, cachedInputTokens: 0, outputTokens: 9_000 },
  ...{ costUsd: 1.5, durationMs: 60_000 },
}

const show = (modelUsage?: ModelSpend) => {
  const { frames } = escalatedRun()
  const { client } = createFixtureClient({ frames, ...(modelUsage === undefined ? {} : { modelUsage }) })
  renderPart(
    <RunProvider client={client} runId={FIXTURE_RUN_ID}>
      {(scope) => <RunSummary scope={scope} onSelectNode={() => undefined} />}
    </RunProvider>,
  )
}
const factOf = (label: string) => screen.queryByText(label)?.nextElementSibling?.textContent

test('says what the models of a run have cost', async () => {
  show(SPEND)
  expect(await screen.findByText('Engine')).toBeDefined()
  expect([factOf('Calls of models'), factOf('Tokens'), factOf('Cost')]).toEqual([
    '1,204',
    '80,000 in, 9,000 out',
    '$1.50',
  ])
})

test('names no cost if no model has prices', async () => {
  show({ ...SPEND, costUsd: 0 })
  expect(await screen.findByText('Calls of models')).toBeDefined()
  expect(factOf('Cost')).toBeUndefined()
})

test('has no facts about models for a run that has asked none', async () => {
  show()
  expect(await screen.findByText('Engine')).toBeDefined()
  expect(factOf('Calls of models')).toBeUndefined()
})
