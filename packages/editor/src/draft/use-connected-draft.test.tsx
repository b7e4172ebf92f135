// @vitest-environment jsdom
import type { TenonClient } from '@tenon/core/client'
import { NO_TEXT_FIELDS, readDraft, writeDocument } from '@tenon/core/collab'
import { TenonError } from '@tenon/core/errors'
import { act, cleanup, waitFor } from '@testing-library/react'
import { fromBase64, toBase64 } from 'lib0/buffer'
import { afterEach, describe, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import type { FixtureClient } from '../../test/fixtures/fixture-data.ts'
import { renderPart, t } from '../../test/fixtures/render.tsx'
import { STORED_WORKFLOW } from '../../test/fixtures/stored-workflow.ts'
import { TICKET_DOCUMENT } from '../../test/fixtures/ticket-workflow.ts'
import type { ConnectedEditorProps, EditorEvent } from '../editor-props.ts'
import { createEditorSession } from '../session/session.ts'
import type { EditorSession } from '../session/session-types.ts'
import { useConnectedDraft } from './use-connected-draft.ts'

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

interface ProbeProps {
  readonly session: EditorSession
  readonly props: ConnectedEditorProps
  readonly onRetry: (retry: () => void) => void
}

function Probe({ session, props, onRetry }: ProbeProps) {
  const { retry } = useConnectedDraft({ session, props, carried: [], onRebased: () => {} })
  onRetry(retry)
  return null
}

function connect(fixture: FixtureClient, more: Partial<ConnectedEditorProps> = {}) {
  const session = createEditorSession({ translate: () => t })
  const events: EditorEvent[] = []
  let retry = () => {}
  const workflows = { ...fixture.client.workflows, get: async () => STORED_WORKFLOW }
  const props = {
    client: { ...fixture.client, workflows },
    workflowId: 'wf',
    onEvent: (event: EditorEvent) => events.push(event),
    ...more,
  }
  const view = renderPart(<Probe session={session} props={props} onRetry={(next) => (retry = next)} />)
  return { session, events, view, state: () => session.store.getState(), retry: () => act(() => retry()) }
}

describe('useConnectedDraft', () => {
  test('says what went wrong when the workflow cannot be had, and tries again when asked', async () => {
    const fixture = createFixtureClient()
    fixture.fail('me', new TenonError('WORKFLOW_NOT_FOUND', 'No workflow has this id'))
    const { state, events, retry } = connect(fixture, { version: '4' })
    await waitFor(() => expect(state().phase.kind).toBe('failed'))
    expect(events).toEqual([{ type: 'failed', error: expect.objectContaining({ code: 'WORKFLOW_NOT_FOUND' }) }])
    fixture.fail('me', null)
    retry()
    expect(state().phase.kind).toBe('loading')
    await waitFor(() => expect(state().phase.kind).toBe('ready'))
  })

  test('loads by itself once the server is back, and reports the failure once', async () => {
    const fixture = createFixtureClient()
    fixture.fail('me', new TenonError('UNAVAILABLE', 'no answer'))
    const { state, events } = connect(fixture, { version: '4' })
    await waitFor(() => expect(state().phase.kind).toBe('failed'))
    const first = state().phase
    // The error stays visible while it is tried again.
    await waitFor(() => expect(state().phase).not.toBe(first), { timeout: 10_000 })
    expect(state().phase.kind).toBe('failed')
    expect(events).toEqual([{ type: 'failed', error: expect.objectContaining({ code: 'UNAVAILABLE' }) }])
    fixture.fail('me', null)
    await waitFor(() => expect(state().phase.kind).toBe('ready'), { timeout: 10_000 })
  })

  test('does not try again by itself when the workflow does not exist', async () => {
    const fixture = createFixtureClient()
    fixture.fail('me', new TenonError('WORKFLOW_NOT_FOUND', 'No workflow has this id'))
    vi.useFakeTimers({ shouldAdvanceTime: true })
    const { state } = connect(fixture, { version: '4' })
    await waitFor(() => expect(state().phase.kind).toBe('failed'))
    const asked = fixture.calls.length
    await act(async () => void (await vi.advanceTimersByTimeAsync(60_000)))
    expect(fixture.calls.length).toBe(asked)
  })

  test('a published version is shown as it is and cannot be changed', async () => {
    const { session, state } = connect(createFixtureClient(), { version: '4' })
    await waitFor(() => expect(state().phase.kind).toBe('ready'))
    expect(
      state()
        .document.nodes.map(({ id }) => id)
        .sort(),
    ).toEqual(TICKET_DOCUMENT.nodes.map(({ id }) => id).sort())
    const [first] = TICKET_DOCUMENT.nodes
    act(() => void session.dispatch({ type: 'delete-nodes', nodeIds: [first?.id ?? ''] }))
    expect(state().document.nodes).toHaveLength(TICKET_DOCUMENT.nodes.length)
  })

  test('sends what was changed offline once the server is back, though the editor was unmounted', async () => {
    const fixture = createFixtureClient()
    const stored = new Y.Doc()
    writeDocument(stored, TICKET_DOCUMENT, NO_TEXT_FIELDS)
    let isServerThere = true
    const client: TenonClient = {
      ...fixture.client,
      workflows: { ...fixture.client.workflows, get: async () => STORED_WORKFLOW },
      drafts: {
        ...fixture.client.drafts,
        sync: async (_workflowId, { stateVector, update }) => {
          if (!isServerThere) throw new TenonError('UNAVAILABLE', 'no answer')
          if (update !== undefined) Y.applyUpdate(stored, fromBase64(update))
          return {
            update: toBase64(Y.encodeStateAsUpdate(stored, fromBase64(stateVector))),
            stateVector: toBase64(Y.encodeStateVector(stored)),
            saved: true,
            etag: '"1"',
          }
        },
      },
    }
    const { session, events, state, view } = connect(fixture, { client })
    const waitings = () => events.flatMap((event) => (event.type === 'unsaved' ? [event.isWaiting] : []))
    await waitFor(() => expect(state().sync).toBe('saved'), { timeout: 20_000 })
    isServerThere = false
    const nodeId = TICKET_DOCUMENT.nodes[0]?.id ?? ''
    // Typed and not yet committed when the host shows another page.
    const release = session.input.hold(() => {
      release()
      session.dispatch({ type: 'rename-node', nodeId, name: 'Typed offline' })
    })
    view.unmount()
    await waitFor(() => expect(waitings()).toEqual([true]))
    isServerThere = true
    await waitFor(() => expect(waitings()).toEqual([true, false]), { timeout: 20_000 })
    expect(readDraft(stored).document.nodes.find(({ id }) => id === nodeId)?.name).toBe('Typed offline')
  })

  test('an editor that is gone before the answer takes nothing over', async () => {
    const fixture = createFixtureClient()
    const { state, view } = connect(fixture, { version: '4' })
    view.unmount()
    await waitFor(() => expect(fixture.calls.length).toBeGreaterThan(2))
    await act(async () => {})
    expect(state().phase.kind).toBe('loading')
  })
})
