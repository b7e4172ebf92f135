// @vitest-environment jsdom
import type { CheckSubWorkflows } from '@tenon/core/client'
import { edgeId, type Json } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import type { NodeManifestEntry } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { renderHook } from '@testing-library/react'
import { expect, onTestFinished, test, vi } from 'vitest'
import { versionOf } from '../../test/fixtures/fixture-answers.ts'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import { t } from '../../test/fixtures/render.tsx'
import { STORED_WORKFLOW } from '../../test/fixtures/stored-workflow.ts'
import { CALL_MANIFEST, callDocument } from '../../test/fixtures/sub-workflows.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { startLiveProblems } from '../problems/live-problems.ts'
import { createScopeReader } from '../session/scope-cache.ts'
import { acceptDocument, createEditorStore } from '../store/editor-store.ts'
import { useServerChecks } from '../use-server-checks.ts'
import { referencesOf } from './calls-of.ts'
import { startCallChecks } from './check-calls.ts'

const eventually = (check: () => void) => vi.waitFor(check, 20_000)

const UNPUBLISHED: ProblemIssue = {
  path: ['nodes', 'call', 'params', 'workflow'],
  code: 'SUBWORKFLOW_NOT_PUBLISHED',
  message: 'Call: the workflow "Mail" has no published version. Publish it first',
  values: { workflow: 'Mail' },
}

function start() {
  let issues: readonly ProblemIssue[] = [UNPUBLISHED]
  const fixture = createFixtureClient({ callIssues: () => issues })
  const store = createEditorStore({ manifest: createManifestIndex(CALL_MANIFEST), phase: { kind: 'ready' } })
  acceptDocument(store, callDocument('wf-mail'))
  onTestFinished(startLiveProblems(store, () => t))
  onTestFinished(startCallChecks({ store, client: () => fixture.client, workflowId: 'wf' }))
  const checks = () =>
    fixture.calls.flatMap(({ name, args }) =>
      name === 'drafts.checkSubWorkflows' ? [args as readonly [string, CheckSubWorkflows]] : [],
    )
  const found = () =>
    store
      .getState()
      .problems.flatMap(({ code, nodeId, field }) =>
        code.startsWith('SUBWORKFLOW_') ? [[code, nodeId, field.join('.')]] : [],
      )
  const answer = (next: readonly ProblemIssue[]) => {
    issues = next
  }
  return { fixture, store, checks, found, answer }
}

test('shows what the server says about the workflow of a node, until that workflow is published', async () => {
  const { fixture, store, checks, found, answer } = start()
  await eventually(() => expect(found()).toEqual([['SUBWORKFLOW_NOT_PUBLISHED', 'call', 'params.workflow']]))
  expect(store.getState().problemCounts.get('call')).toMatchObject({ severity: 'error' })
  expect(checks()).toEqual([['wf', { calls: [{ nodeId: 'call', name: 'Call', workflowId: 'wf-mail', input: {} }] }]])
  answer([])
  fixture.announce({ kind: 'run', id: 'r' }, { kind: 'version', id: '1', workflowId: 'wf-mail' })
  await eventually(() => expect(found()).toEqual([]))
  expect(checks()).toHaveLength(2)
})

test('checks the workflows that a node may call, without an input', () => {
  const workflowParam = { type: 'string', control: 'workflow', literal: true }
  const [entry] = CALL_MANIFEST.nodes
  const agent = {
    ...entry,
    ...{ type: 'agent', calls: [{ type: 'run-workflow', version: 1 }] },
    params: { type: 'object', properties: { research: workflowParam } },
  } as NodeManifestEntry
  const document = workflow([node('a', 'agent', { research: 'wf-1' }, { name: 'Agent' }), node('b', 'gone')], [])
  const manifest = createManifestIndex({ hash: 'x', nodes: [agent] })
  expect(referencesOf({ document, manifest })).toEqual({
    calls: [{ nodeId: 'a', name: 'Agent', workflowId: 'wf-1', param: 'research' }],
  })
})

test('checks a changed input again, other changes not, and before the draft is published', async () => {
  const { store, checks, found, answer } = start()
  await eventually(() => expect(found()).toHaveLength(1))
  const input: ProblemIssue = {
    path: ['nodes', 'call', 'params', 'input', 'to'],
    code: 'SUBWORKFLOW_INPUT_INVALID',
    message: 'Call: the input of the workflow "Mail" is not valid at "to": It must be string, not integer',
    values: { workflow: 'Mail', fault: 'It must be string, not integer' },
  }
  answer([input])
  acceptDocument(store, callDocument('wf-mail', { to: 1 }))
  await eventually(() => expect(found()).toEqual([['SUBWORKFLOW_INPUT_INVALID', 'call', 'params.input.to']]))
  const document = callDocument('wf-mail', { to: 1 })
  acceptDocument(store, { ...document, nodes: document.nodes.map((node) => ({ ...node, position: { x: 9, y: 9 } })) })
  store.setState({ openPanel: 'publish' })
  await eventually(() => expect(checks()).toHaveLength(3))
  // A node that is gone has no problems, also before the next answer.
  acceptDocument(store, { ...document, nodes: document.nodes.filter(({ id }) => id !== 'call'), edges: [] })
  await eventually(() => expect(found()).toEqual([]))
  expect(checks()).toHaveLength(3)
})

test('keeps the problems while the server cannot be reached, and asks again', async () => {
  const { fixture, checks, found, answer } = start()
  await eventually(() => expect(found()).toHaveLength(1))
  answer([])
  fixture.fail('drafts.checkSubWorkflows', new TenonError('UNAVAILABLE', 'The server does not answer'))
  fixture.announce({ kind: 'ready' })
  await eventually(() => expect(checks()).toHaveLength(2))
  expect(found()).toHaveLength(1)
  fixture.fail('drafts.checkSubWorkflows', null)
  fixture.announce({ kind: 'workflow', id: 'wf-mail' })
  await eventually(() => expect(found()).toEqual([]))
})

test('forgets the problems when the server refuses to check', async () => {
  const { fixture, checks, found } = start()
  await eventually(() => expect(found()).toHaveLength(1))
  fixture.fail('drafts.checkSubWorkflows', new TenonError('FORBIDDEN', 'Not allowed'))
  fixture.announce({ kind: 'workflow', id: 'wf-mail' })
  await eventually(() => expect(found()).toEqual([]))
  expect(checks()).toHaveLength(2)
})

test('checks more nodes than one request can contain', async () => {
  const { store, checks, found } = start()
  await eventually(() => expect(found()).toHaveLength(1))
  const document = callDocument('wf-mail')
  const [call] = document.nodes.filter(({ id }) => id === 'call')
  if (call === undefined) throw new Error('The document has a node "call"')
  const more = Array.from({ length: 500 }, (_, index) => ({ ...call, id: `call${index}`, name: `Call ${index}` }))
  acceptDocument(store, { ...document, nodes: [...document.nodes, ...more] })
  const sizes = () => checks().map(([, { calls }]) => calls.length)
  await eventually(() => expect(sizes()).toEqual([1, 500, 1]))
  await eventually(() => expect(store.getState().serverIssues).toHaveLength(2))
})

test('completes what the workflow of a node puts out, and what it puts out once another version is published', async () => {
  const versions = [versionOf('1', withEnd({ sent_to: '{{trigger.to}}' }), { workflowId: 'wf-mail' })]
  const workflows = [{ ...STORED_WORKFLOW, id: 'wf-mail', version: '1', liveVersion: '1' }]
  const fixture = createFixtureClient({ versions, workflows })
  const store = createEditorStore({ manifest: createManifestIndex(CALL_MANIFEST), phase: { kind: 'ready' } })
  const after = node('after', 'stop')
  const document = callDocument('wf-mail')
  const edge = { source: 'call', sourceHandle: 'success', target: 'after', targetHandle: 'in' }
  acceptDocument(store, {
    ...document,
    nodes: [...document.nodes, after],
    edges: [...document.edges, { id: edgeId(edge), ...edge }],
  })
  onTestFinished(startCallChecks({ store, client: () => fixture.client, workflowId: 'wf' }))
  const scopeOf = createScopeReader(store)
  const output = async () => {
    const { nodes } = await scopeOf('after')
    return JSON.stringify(nodes)
  }
  await vi.waitFor(async () => expect(await output()).toContain('"sent_to":{"type":"string"}'), 20_000)
  versions.unshift(versionOf('2', withEnd({ count: 1 }), { workflowId: 'wf-mail' }))
  workflows[0] = { ...STORED_WORKFLOW, id: 'wf-mail', version: '2', liveVersion: '2' }
  fixture.announce({ kind: 'version', id: '2', workflowId: 'wf-mail' })
  await vi.waitFor(async () => expect(await output()).toContain('"count":{"type":"number"}'), 20_000)
  expect(await output()).not.toContain('sent_to')
})

function withEnd(output: Json) {
  const properties = { to: { type: 'string' } }
  return workflow(
    [
      node('start', 'start', { inputSchema: { type: 'object', properties, required: ['to'] } }),
      node('end', 'stop', { output }),
    ],
    ['start>end'],
  )
}

test('checks the error handler by itself, and shows its problem at the setting', async () => {
  const { store, checks, found, answer } = start()
  await eventually(() => expect(checks()).toHaveLength(1))
  const path = ['settings', 'errorHandler', 'workflow']
  answer([{ ...UNPUBLISHED, path, message: 'Error handler: the workflow "Mail" has no published version' }])
  const settings = { errorHandler: { workflow: 'wf-alerts' } }
  acceptDocument(store, { ...callDocument('wf-mail'), nodes: [], edges: [], settings })
  await eventually(() => expect(found()).toEqual([['SUBWORKFLOW_NOT_PUBLISHED', null, path.join('.')]]))
  expect(checks().at(-1)).toEqual(['wf', { calls: [], errorHandler: 'wf-alerts' }])
})

test('checks an error handler also in a draft whose nodes run no other workflow', async () => {
  const fixture = createFixtureClient()
  const store = createEditorStore({ manifest: createManifestIndex(CALL_MANIFEST), phase: { kind: 'ready' } })
  acceptDocument(store, {
    ...workflow([node('start', 'start')], []),
    settings: { errorHandler: { workflow: 'wf-mail' } },
  })
  renderHook(() => useServerChecks({ store, client: fixture.client, workflowId: 'wf', isDraft: true }))
  await eventually(() => {
    const checks = fixture.calls.filter(({ name }) => name === 'drafts.checkSubWorkflows').map(({ args }) => args)
    expect(checks).toEqual([['wf', { calls: [], errorHandler: 'wf-mail' }]])
  })
})
