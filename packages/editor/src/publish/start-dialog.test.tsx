// @vitest-environment jsdom
import type { StartRun, TenonClient, TryDraft } from '@tenon/core/client'
import type { JsonSchema } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { node, workflow } from '@tenon/core/testing'
import { screen, waitFor } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import { renderPart, t } from '../../test/fixtures/render.tsx'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { STORED_WORKFLOW } from '../../test/fixtures/stored-workflow.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { createEditorSession } from '../session/create-session.ts'
import { SessionProvider } from '../session/session-context.tsx'
import { StartDialog } from './start-dialog.tsx'

/** A workflow that begins at `id` with one text, called as given. */
function startsWith(id: string, field: string) {
  const inputSchema: JsonSchema = { type: 'object', properties: { [field]: { type: 'string', title: field } } }
  return workflow([node(id, 'start', { inputSchema })], [])
}

function open(panel: 'try' | 'run') {
  const fixture = createFixtureClient({ document: startsWith('begin', 'Published') })
  const session = createEditorSession({ translate: () => t })
  session.store.setState({ workflow: STORED_WORKFLOW, manifest: createManifestIndex(SMALL_MANIFEST) })
  session.adopt(startsWith('begin_2', 'Drafted'))
  session.store.setState({ phase: { kind: 'ready' }, sync: 'saved', openPanel: panel })
  const started: { kind: string; body: StartRun | TryDraft }[] = []
  const answer = (kind: string) => async (_workflowId: string, body: StartRun | TryDraft) => {
    started.push({ kind, body })
    return { runId: 'run-1', status: 'queued' as const, startedAt: null }
  }
  const client: TenonClient = {
    ...fixture.client,
    drafts: { ...fixture.client.drafts, try: answer('try') },
    runs: { ...fixture.client.runs, start: answer('start') },
  }
  const told: string[] = []
  const view = renderPart(
    <SessionProvider session={session}>
      <StartDialog client={client} workflowId="wf" onStarted={(runId, mode) => told.push(`${mode} ${runId}`)} />
    </SessionProvider>,
  )
  return { ...view, fixture, started, told }
}

describe('StartDialog', () => {
  test('asks for what the published version takes, and runs that version', async () => {
    const { user, fixture, started, told } = open('run')
    const field = await screen.findByRole('textbox', { name: /Published/ })
    expect(document.activeElement).toBe(field)
    await user.type(field, 'Hello')
    expect(screen.queryByRole('textbox', { name: /Drafted/ })).toBeNull()
    expect(screen.getByText('Runs version 4.')).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Run' }))
    await waitFor(() => expect(told).toEqual(['live run-1']))
    expect(fixture.calls).toEqual([{ name: 'versions.get', args: ['wf', '4'] }])
    expect(started).toEqual([
      { kind: 'start', body: { input: { Published: 'Hello' }, trigger: 'begin', version: '4' } },
    ])
  })

  test('asks for what the draft takes when it is tried', async () => {
    const { user, started, told } = open('try')
    await user.type(await screen.findByRole('textbox', { name: /Drafted/ }), 'Hello')
    await user.click(screen.getByRole('button', { name: 'Try' }))
    await waitFor(() => expect(told).toEqual(['test run-1']))
    expect(started).toEqual([{ kind: 'try', body: { input: { Drafted: 'Hello' }, trigger: 'begin_2' } }])
  })

  test('says so when the version cannot be had, and reads it again when asked', async () => {
    const { user, fixture } = open('run')
    fixture.fail('versions.get', new TenonError('UNAVAILABLE', 'The server cannot be reached'))
    expect((await screen.findByRole('alert')).textContent).toContain('The version could not be loaded')
    fixture.fail('versions.get', null)
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByRole('textbox', { name: /Published/ })).toBeTruthy()
  })
})
