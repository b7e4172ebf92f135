// @vitest-environment jsdom
import type { CreateWorkflow, TenonClient } from '@tenon/core/client'
import type { JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { NodeManifest, NodeManifestEntry } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { act, screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import { renderPart, t } from '../../test/fixtures/render.tsx'
import { STORED_WORKFLOW } from '../../test/fixtures/stored-workflow.ts'
import { CALL_MANIFEST } from '../../test/fixtures/sub-workflows.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { createEditorSession } from '../session/session.ts'
import { SessionProvider } from '../session/session-context.tsx'
import { select } from '../store/editor-store.ts'
import { ExtractDialog } from './extract-dialog.tsx'

const [BASE] = CALL_MANIFEST.nodes as [NodeManifestEntry]
const plain = (type: string, params: JsonObject, fields: Partial<NodeManifestEntry>): NodeManifestEntry => {
  const { control: _trigger, ...rest } = BASE
  return {
    ...rest,
    type,
    title: type,
    params: { type: 'object', properties: params },
    inputs: [{ name: 'in' }],
    ...fields,
  }
}
const MANIFEST: NodeManifest = {
  hash: 'extract',
  nodes: [
    ...CALL_MANIFEST.nodes,
    plain('set', { fields: {} }, { outputs: { success: { fromParam: 'fields', as: 'values' } } }),
    plain('end', { output: { default: '{{input}}' } }, { control: 'end', ports: [], outputs: {} }),
  ],
}

const inputSchema = { type: 'object', properties: { email: { type: 'string' } }, required: ['email'] }
const DOCUMENT = workflow(
  [
    node('start', 'start', { inputSchema }),
    node('greet', 'set', { fields: { greeting: 'Hi {{ input.email }}' } }),
    node('end', 'end', { output: { text: '{{ input.greeting }}' } }),
  ],
  ['start>greet', 'greet>end'],
)

function open(nodeIds: readonly string[], fail: { publish?: number } = {}) {
  const session = createEditorSession({ translate: () => t })
  session.store.setState({
    manifest: createManifestIndex(MANIFEST),
    workflow: STORED_WORKFLOW,
    phase: { kind: 'ready' },
    isReadOnly: false,
    openPanel: 'extract',
  })
  session.adopt(DOCUMENT)
  select(session.store, nodeIds)
  const created: CreateWorkflow[] = []
  const published: string[] = []
  const { client } = createFixtureClient()
  const state = { failures: fail.publish ?? 0, onPublish: () => {} }
  const fake: TenonClient = {
    ...client,
    workflows: {
      ...client.workflows,
      create: async (body) => {
        created.push(body)
        return { ...STORED_WORKFLOW, id: `part_${created.length}` }
      },
    },
    versions: {
      ...client.versions,
      publish: async (id) => {
        if (state.failures > 0) {
          state.failures -= 1
          throw new TenonError('UNAVAILABLE', 'The database does not answer')
        }
        published.push(id)
        state.onPublish()
        return { ...(await client.versions.list('wf')).items[0], version: '1' } as never
      },
    },
  }
  const view = renderPart(
    <SessionProvider session={session}>
      <ExtractDialog client={fake} />
    </SessionProvider>,
  )
  const ids = () => session.store.getState().document.nodes.map(({ id }) => id)
  return { ...view, session, created, published, state, ids }
}

test('shows what goes in and comes out, and replaces the nodes in one undo step', async () => {
  const { user, session, created, published, ids } = open(['greet'])
  const name = await screen.findByRole('textbox', { name: 'Name of the new workflow' })
  expect(screen.getByRole('region', { name: 'Input' }).textContent).toContain('email = input.email')
  expect(screen.getByRole('region', { name: 'Output' }).textContent).toContain('greeting = input.greeting')
  await user.clear(name)
  expect(screen.getByRole('button', { name: 'Extract 1 node' })).toHaveProperty('disabled', true)
  await user.type(name, 'Greeting')
  await user.click(screen.getByRole('button', { name: 'Extract 1 node' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(created).toMatchObject([
    { name: 'Greeting', document: { nodes: [{ id: 'start' }, { id: 'greet' }, { id: 'end' }] } },
  ])
  expect(published).toEqual(['part_1'])
  expect(ids()).toEqual(['start', 'sub_workflow', 'end'])
  expect(session.store.getState().document.nodes[1]).toMatchObject({ name: 'Greeting', params: { workflow: 'part_1' } })
  expect([...session.store.getState().selectedNodes]).toEqual(['sub_workflow'])
  act(() => session.undo())
  expect(ids()).toEqual(['start', 'greet', 'end'])
})

test('says what was created when publishing fails, and publishes the same workflow the next time', async () => {
  const { user, created, published, ids } = open(['greet'], { publish: 1 })
  await user.click(await screen.findByRole('button', { name: 'Extract 1 node' }))
  expect((await screen.findByRole('alert')).textContent).toContain('"greet" was created, but not published')
  expect(ids()).toEqual(['start', 'greet', 'end'])
  await user.click(screen.getByRole('button', { name: 'Extract 1 node' }))
  await waitFor(() => expect(ids()).toEqual(['start', 'sub_workflow', 'end']))
  expect([created.length, published]).toEqual([1, ['part_1']])
})

test('leaves a draft that has changed in the meantime, and says what was published', async () => {
  const { user, session, state, ids } = open(['greet'])
  state.onPublish = () => {
    session.dispatch({ type: 'set-param', nodeId: 'greet', path: ['fields', 'greeting'], value: 'Bye' })
  }
  await user.click(await screen.findByRole('button', { name: 'Extract 1 node' }))
  expect((await screen.findByRole('alert')).textContent).toContain('created and published, but it is not used')
  expect(ids()).toEqual(['start', 'greet', 'end'])
})

test('gives the reasons, with the nodes', async () => {
  open(['start', 'greet'])
  expect(await screen.findByText(/A trigger starts this workflow/)).toBeTruthy()
  expect(screen.queryByRole('button', { name: /^Extract/ })).toBeNull()
})
