// @vitest-environment jsdom
import type { Json, NodeId, WorkflowDocument } from '@tenon/core/document'
import type { NodeManifest, NodeManifestEntry } from '@tenon/core/node'
import { makeValueRef } from '@tenon/core/run'
import { screen, within } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { loopRun } from '../../../test/fixtures/loop-runs.ts'
import { LOOP_DOCUMENT, LOOP_MANIFEST } from '../../../test/fixtures/loop-workflow.ts'
import { renderPart, t } from '../../../test/fixtures/render.tsx'
import { createRunLog, inline, type RunLogWriter, runStarted, scheduled } from '../../../test/fixtures/run-log.ts'
import { nodeRunName, shortNodeRunName } from '../format/node-run-name.ts'
import { createNodeDirectory } from '../store/node-directory.ts'
import { RunInspector } from '../viewer/run-parts.tsx'

const STARTED_AT = Date.UTC(2026, 10, 23, 9, 42, 7)

const base = LOOP_MANIFEST.nodes.find(({ type }) => type === 'repeat') as NodeManifestEntry
const noParams = { type: 'object', properties: {} } as const
/** The manifest with a loop without a list, and a node that runs the nodes inside it once. */
const MANIFEST: NodeManifest = {
  hash: 'kinds',
  nodes: [
    ...LOOP_MANIFEST.nodes,
    { ...base, type: 'rounds', title: 'Repeat', params: noParams },
    { ...base, type: 'once', title: 'Try and catch', control: 'scope', params: noParams },
  ],
}

type Around = readonly (readonly [id: NodeId, type: string, name: string])[]

/** Nests the node "charge" in the given nodes, the outermost first. */
function nest(around: Around): WorkflowDocument {
  const [begin, each, charge] = LOOP_DOCUMENT.nodes
  if (begin === undefined || each === undefined || charge === undefined) throw new Error('the fixture has no loop')
  const loops = around.map(([id, type, name], depth) => {
    const parentId = around[depth - 1]?.[0]
    const loop = { ...each, id, type, name, params: type === 'repeat' ? each.params : {} }
    return parentId === undefined ? loop : { ...loop, parentId }
  })
  const parentId = around.at(-1)?.[0] ?? 'each'
  return { ...LOOP_DOCUMENT, nodes: [begin, ...loops, { ...charge, name: 'Charge', parentId }], edges: [] }
}

const EACH = ['each', 'repeat', 'Each order'] as const
const INNER = ['inner', 'repeat', 'Each line'] as const
const AGAIN = ['again', 'rounds', 'Poll'] as const
const TRY = ['try', 'once', 'Safely'] as const

const ITEMS = [{ id: 'O-1' }, { id: 'O-2' }, { id: 'O-3' }, { id: 'O-4' }]

interface Step {
  readonly loopRunId: string
  readonly count: number
  readonly index: number
  readonly hasEnded?: boolean
}

/** A run in which each of the loops has begun one iteration, and "charge" has run in the innermost. */
function runIn(steps: readonly Step[], nodeRunId: string): RunLogWriter {
  const log = createRunLog(STARTED_AT).add(runStarted({}), ...inline('start', { output: {} }))
  for (const { loopRunId, count, index } of steps) {
    const shared = { kind: 'iterations', count, keep: 'all', concurrency: 1, onFailure: 'collect' } as const
    const waitFor = { ...shared, items: makeValueRef(ITEMS), dueAt: null } as const
    log
      .add(scheduled(loopRunId, 'inline'))
      .add({ type: 'node_suspended', nodeRunId: loopRunId, data: { pass: 1, waitFor } })
      .add({ type: 'wait_opened', nodeRunId: loopRunId, data: { waitId: `${loopRunId}/1/0`, waitFor } })
    for (let at = 0; at <= index; at += 1) {
      log.add({ type: 'iteration_started', nodeRunId: loopRunId, data: { index: at } })
    }
  }
  log.add(...inline(nodeRunId, { output: {} }))
  for (const { loopRunId, index } of steps.filter(({ hasEnded }) => hasEnded).reverse()) {
    const data = { index, how: 'completed', output: makeValueRef({}), error: null } as const
    log.add({ type: 'iteration_ended', nodeRunId: loopRunId, data })
  }
  return log
}

function show(around: Around, log: RunLogWriter, inputs: Readonly<Record<string, Json>> = {}) {
  const data = { frames: log.frames, document: nest(around), manifest: MANIFEST, inputs }
  const { client } = createFixtureClient(data)
  return renderPart(<RunInspector client={client} runId={FIXTURE_RUN_ID} nodeId="charge" />)
}

async function openInput(user: ReturnType<typeof show>['user']) {
  await screen.findByRole('heading', { name: 'Charge' })
  await user.click(screen.getByRole('tab', { name: 'Input' }))
  return within(await screen.findByRole('tabpanel'))
}

describe('the input of a node in nested loops', () => {
  test('has the item of the innermost loop over a list, through a node that runs its content once', async () => {
    const log = runIn(
      [
        { loopRunId: 'each', count: 4, index: 3 },
        { loopRunId: 'try#3', count: 1, index: 0 },
      ],
      'charge#3.0',
    )
    const { user } = show([EACH, TRY], log, { each: { items: ITEMS }, 'try#3': {}, 'charge#3.0': { text: 'O-4' } })
    const input = await openInput(user)
    expect(input.getByRole('heading', { name: 'Item 4' })).toBeDefined()
    // The item and the input of the node.
    expect(await input.findAllByText('O-4')).toHaveLength(2)
    expect(input.queryByText('The item is empty.')).toBeNull()
    expect(screen.getByRole('group', { name: 'Items of Each order' })).toBeDefined()
    expect(screen.queryByRole('group', { name: /Safely/ })).toBeNull()
  })

  test('has no item in a loop without a list, whose stepper counts rounds', async () => {
    const { user } = show([AGAIN], runIn([{ loopRunId: 'again', count: 2, index: 1 }], 'charge#1'))
    const input = await openInput(user)
    expect(input.queryByRole('heading', { name: /^Item/ })).toBeNull()
    const stepper = within(screen.getByRole('group', { name: 'Rounds of Poll' }))
    expect(stepper.getByText('Round 2')).toBeDefined()
    expect(stepper.getByRole('button', { name: 'Previous round' })).toBeDefined()
  })

  test('is not kept after the end of an iteration, nor is the item of a loop inside', async () => {
    const log = runIn(
      [
        { loopRunId: 'each', count: 4, index: 0, hasEnded: true },
        { loopRunId: 'inner#0', count: 4, index: 1, hasEnded: true },
      ],
      'charge#0.1',
    )
    const { user } = show([EACH, INNER], log, { each: { items: ITEMS }, 'inner#0': null, 'charge#0.1': null })
    const input = await openInput(user)
    expect(await input.findAllByText('Not kept after the iteration ended.')).toHaveLength(2)
  })

  test('is not kept after the end of a node that runs its content once', async () => {
    const log = runIn([{ loopRunId: 'try', count: 1, index: 0, hasEnded: true }], 'charge#0')
    const { user } = show([TRY], log, { 'charge#0': null })
    expect(await (await openInput(user)).findByText('Not kept after Safely ended.')).toBeDefined()
  })

  test('says of an empty item in an open iteration that it is empty', async () => {
    const log = runIn([{ loopRunId: 'each', count: 1, index: 0 }], 'charge#0')
    const { user } = show([EACH], log, { each: { items: [null] }, 'charge#0': null })
    const input = await openInput(user)
    expect(await input.findByText('The item is empty.')).toBeDefined()
    expect(input.getByText('No input recorded.')).toBeDefined()
  })
})

describe('the stepper of a loop that a break has ended', () => {
  test('begins at the item with the break, and has no items after the last that began', async () => {
    const log = loopRun({ failed: [], stoppedAt: 2 })
    show([EACH], log, { each: { items: ITEMS } })
    const stepper = within(await screen.findByRole('group', { name: 'Items of Each order' }))
    expect(stepper.getByText('Item 3 of 3')).toBeDefined()
    expect(stepper.getByText('Ended by a break')).toBeDefined()
    expect(stepper.getByRole('button', { name: 'Next item' })).toHaveProperty('disabled', true)
    expect(stepper.getByRole('progressbar', { name: '3 of 3' })).toBeDefined()
  })
})

describe('the number of a stepper', () => {
  test('is a field in which a person types the item to go to', async () => {
    const { user } = show([EACH], loopRun({ failed: [] }), { each: { items: ITEMS } })
    const stepper = within(await screen.findByRole('group', { name: 'Items of Each order' }))
    const goTo = async (number: string) => {
      await user.click(stepper.getByRole('button', { name: /^Item \d+ of 12$/ }))
      const field = stepper.getByRole('spinbutton', { name: 'Go to item' })
      expect(field).toBe(document.activeElement)
      await user.keyboard(number)
    }
    await goTo('7{Enter}')
    expect(stepper.getByText('Item 7 of 12')).toBeDefined()
    await goTo('99{Enter}')
    expect(stepper.getByText('Item 12 of 12')).toBeDefined()
    await goTo('3{Escape}')
    expect(stepper.getByText('Item 12 of 12')).toBeDefined()
  })
})

describe('nodeRunName', () => {
  test.each([
    ['a node in no loop', [], 'charge', 'Charge', 'Charge'],
    ['an item', [EACH], 'charge#2', 'Item 3 · Charge', '3 · Charge'],
    ['an item of an item', [EACH, INNER], 'charge#2.0', 'Item 3.1 · Charge', '3.1 · Charge'],
    ['a round', [AGAIN], 'charge#1', 'Round 2 · Charge', '2 · Charge'],
    ['content that runs once', [TRY], 'charge#0', 'Charge', 'Charge'],
    ['content that runs once in an item', [EACH, TRY], 'charge#3.0', 'Item 4 · Charge', '4 · Charge'],
    ['a round in an item', [EACH, TRY, AGAIN], 'charge#3.0.1', 'Item 4 · Round 2 · Charge', '4.2 · Charge'],
  ] as const)('of %s', (_, around, nodeRunId, name, short) => {
    const nodes = createNodeDirectory(nest(around), MANIFEST)
    expect(nodeRunName(nodes, nodeRunId, t)).toBe(name)
    expect(shortNodeRunName(nodes, nodeRunId, t)).toBe(short)
  })
})
