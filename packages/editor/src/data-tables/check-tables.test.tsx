// @vitest-environment jsdom
import { TenonError } from '@tenon/core/errors'
import { defineNode, toManifest } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { act, renderHook, screen, waitFor, within } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { tableOf } from '../../test/fixtures/data-tables-fixture.ts'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import { t } from '../../test/fixtures/render.tsx'
import { renderInspector } from '../../test/fixtures/render-inspector.tsx'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { startLiveProblems } from '../problems/live-problems.ts'
import { acceptDocument, createEditorStore } from '../store/editor-store.ts'
import { useServerChecks } from '../use-server-checks.ts'

const find = defineNode({
  ...{ type: 'find', version: 1, title: 'Find', description: 'Find rows', icon: 'M4 12h16', category: 'data' },
  params: z.object({
    table: z.object({ id: z.string() }).meta({ title: 'Data table', control: 'data-table', literal: true }),
    sortBy: z.string().optional().meta({ title: 'Sort by', control: 'data-column', literal: true }),
  }),
  ...{
    ports: [{ name: 'success', title: 'success' }],
    outputs: { success: z.unknown() },
    summary: 'Finds',
    effect: 'read',
  },
})
const eventually = (check: () => void) => vi.waitFor(check, 20_000)

test('a table or a column that does not exist is a problem of the draft at its field, until it is corrected', async () => {
  const fixture = createFixtureClient({ dataTables: [tableOf('t1')] })
  const store = createEditorStore({ manifest: createManifestIndex(toManifest([find])), phase: { kind: 'ready' } })
  onTestFinished(startLiveProblems(store, () => t))
  const view = renderHook(() => useServerChecks({ store, client: fixture.client, workflowId: 'wf', isDraft: true }))
  const edit = (params: Parameters<typeof node>[2]) =>
    acceptDocument(store, workflow([node('find', 'find', params)], []))
  const problems = () =>
    store
      .getState()
      .problems.filter(({ field }) => field[0] === 'params')
      .map(({ field, message }) => [field[1], message])
  edit({ table: { id: 't1' }, sortBy: 'age' })
  await eventually(() => expect(problems()).toEqual([['sortBy', '"Sort by": the table has no column "age"']]))
  edit({ table: { id: 'gone' }, sortBy: 'total' })
  await eventually(() => expect(problems()).toEqual([['table', '"Data table": choose a data table that exists']]))
  edit({ table: { id: 't1' }, sortBy: 'total' })
  await eventually(() => expect(problems()).toEqual([]))
  // A person who may not read the tables sees the problem when the draft is published.
  fixture.fail('dataTables.get', new TenonError('FORBIDDEN', 'No longer'))
  const before = fixture.calls.length
  edit({ table: { id: 't1' }, sortBy: 'age' })
  await eventually(() => expect(fixture.calls.length).toBeGreaterThan(before))
  expect(store.getState().tableIssues).toEqual([])
  view.unmount()
})

const change = defineNode({
  ...{ type: 'change', version: 1, title: 'Change', description: 'Change rows', icon: 'M4 12h16', category: 'data' },
  params: z.object({
    table: z.unknown().meta({ title: 'Data table', control: 'data-table', literal: true }),
    values: z.record(z.string(), z.unknown()).meta({ title: 'Values', control: 'data-values' }),
  }),
  ...{
    ports: [{ name: 'success', title: 'success' }],
    outputs: { success: z.unknown() },
    summary: 'Changes',
    effect: 'write',
  },
})

test('values are entered for the columns of the table, which are chosen from a list', async () => {
  const columns = [
    { name: 'email', type: 'text' },
    { name: 'total', type: 'number' },
  ]
  const params = { table: { id: 't1', name: 'Customers', columns }, values: { email: 'a' } }
  const view = renderInspector({ document: workflow([node('w', 'change', params)], []), nodeId: 'w' })
  act(() => view.session.store.setState({ manifest: createManifestIndex(toManifest([change])) }))
  const choice = await screen.findByRole('combobox', { name: 'Add a column' })
  expect(
    within(choice)
      .getAllByRole('option')
      .map(({ textContent }) => textContent),
  ).toEqual(['Add a column', 'total'])
  await userEvent.setup().selectOptions(choice, 'total')
  expect(view.nodeOf('w')?.params['values']).toEqual({ email: 'a', total: '' })
  await waitFor(() => expect(screen.queryByRole('combobox', { name: 'Add a column' })).toBeNull())
})
