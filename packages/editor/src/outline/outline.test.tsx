// @vitest-environment jsdom
import type { NodeManifestEntry } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { act, screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import { LOOP_MANIFEST } from '../../test/fixtures/loop-workflow.ts'
import { renderPart, t } from '../../test/fixtures/render.tsx'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { CALL_MANIFEST, callDocument, TENANT_WORKFLOWS } from '../../test/fixtures/sub-workflows.ts'
import { type TenantWorkflows, WorkflowsContext } from '../contexts/workflows-context.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { createEditorSession } from '../session/session.ts'
import { SessionProvider } from '../session/session-context.tsx'
import { Outline } from './outline.tsx'

test('a row says if its node does not follow the one above it', async () => {
  const session = createEditorSession({ translate: () => t })
  session.store.setState({ manifest: createManifestIndex(SMALL_MANIFEST), phase: { kind: 'ready' }, isReadOnly: true })
  const names = { start: 'Begin', a: 'Alpha', b: 'Beta', lost: 'Lost', after: 'After it', back: 'Take back' }
  const nodes = Object.entries(names).map(([id, name]) => {
    const policy = id === 'a' ? { policy: { compensation: 'back' } } : {}
    return { ...node(id, id === 'start' ? 'start' : 'step', id === 'start' ? {} : { text: 't' }), name, ...policy }
  })
  session.adopt(workflow(nodes, ['start>a', 'start>b', 'lost>after']))
  renderPart(
    <SessionProvider session={session}>
      <Outline />
    </SessionProvider>,
  )
  await screen.findByRole('button', { name: /^Lost\s*Not connected to a trigger/ })
  const rows = [...document.querySelectorAll('[data-row]')].map((row) => row.querySelector('.tn-outline-text'))
  expect(rows.map((row) => [...(row?.children ?? [])].slice(0, -1).map(({ textContent }) => textContent))).toEqual([
    ['Begin'],
    ['Alpha'],
    ['Beta', 'In parallel with Alpha'],
    ['Lost', 'Not connected to a trigger'],
    ['After it'],
    ['Take back', 'Undoes Alpha'],
  ])
})

test('the nodes inside another have a heading that says how often they run', async () => {
  const each = LOOP_MANIFEST.nodes.find(({ type }) => type === 'repeat') as NodeManifestEntry
  const params = { type: 'object', properties: {} } as const
  const nodes = [
    ...LOOP_MANIFEST.nodes,
    { ...each, type: 'rounds', params },
    { ...each, type: 'once', control: 'scope', params } as const,
  ]
  const session = createEditorSession({ translate: () => t })
  const manifest = createManifestIndex({ hash: 'kinds', nodes })
  session.store.setState({ manifest, phase: { kind: 'ready' }, isReadOnly: true })
  const types = { each: 'repeat', poll: 'rounds', attempt: 'once' }
  const loops = Object.entries(types).map(([id, type]) => ({ ...node(id, type), name: id }))
  const inside = loops.map(({ id }) => ({ ...node(`in_${id}`, 'step', { text: 't' }), parentId: id }))
  session.adopt(workflow([...loops, ...inside], []))
  renderPart(
    <SessionProvider session={session}>
      <Outline />
    </SessionProvider>,
  )
  await screen.findByRole('region', { name: 'Inside each' })
  const headings = ['each', 'poll', 'attempt'].map(
    (name) => within(screen.getByRole('region', { name: `Inside ${name}` })).getByRole('heading').textContent,
  )
  expect(headings).toEqual(['For each item', 'Each round', 'Runs once'])
})

test('a row of a schedule has its sentence', async () => {
  const session = createEditorSession({ translate: () => t })
  const start = SMALL_MANIFEST.nodes.find(({ type }) => type === 'start') as NodeManifestEntry
  const schedule = { ...start, type: 'schedule', trigger: 'schedule', summary: '{repeat} {zone}' } as const
  const manifest = createManifestIndex({ hash: 'schedule', nodes: [schedule] })
  session.store.setState({ manifest, phase: { kind: 'ready' }, isReadOnly: true })
  session.adopt(workflow([node('daily', 'schedule', { repeat: 'cron', cron: '0 9 * * 1', zone: 'Europe/Berlin' })], []))
  renderPart(
    <SessionProvider session={session}>
      <Outline />
    </SessionProvider>,
  )
  expect(await screen.findByText('Every Monday at 09:00, Europe/Berlin')).toBeTruthy()
  expect(screen.queryByText('cron Europe/Berlin')).toBeNull()
})

test('a row of a node that runs a workflow has the name of that workflow, never its id', async () => {
  const fixture = createFixtureClient({ workflows: TENANT_WORKFLOWS })
  const session = createEditorSession({ translate: () => t })
  session.store.setState({ manifest: createManifestIndex(CALL_MANIFEST), phase: { kind: 'ready' }, isReadOnly: true })
  session.adopt(callDocument('wf-mail'))
  let answer = () => {}
  const isAnswered = new Promise<void>((done) => {
    answer = done
  })
  const get: typeof fixture.client.workflows.get = async (...args) => {
    await isAnswered
    return fixture.client.workflows.get(...args)
  }
  const client = { ...fixture.client, workflows: { ...fixture.client.workflows, get } }
  const workflows: TenantWorkflows = {
    client,
    ownId: 'wf',
    directory: { current: null },
    onOpen: null,
    onOpenRun: null,
  }
  renderPart(
    <SessionProvider session={session}>
      <WorkflowsContext.Provider value={workflows}>
        <Outline />
      </WorkflowsContext.Provider>
    </SessionProvider>,
  )
  expect(await screen.findByRole('button', { name: /^Call\s*…$/ })).toBeDefined()
  expect(screen.queryByText(/wf-mail/)).toBeNull()
  await act(async () => answer())
  expect(await screen.findByRole('button', { name: /^Call\s*Send a mail$/ })).toBeDefined()
})
