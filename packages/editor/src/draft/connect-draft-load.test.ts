// @vitest-environment jsdom
import type { TenonClient, Workflow } from '@tenon/core/client'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import { t } from '../../test/fixtures/render.tsx'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { STORED_WORKFLOW } from '../../test/fixtures/stored-workflow.ts'
import { createEditorSession } from '../session/session.ts'
import { connectDraft } from './connect-draft.ts'
import { createPresence } from './presence.ts'

/** Connects to a draft until the load has failed. */
async function failedLoad({ workflow = STORED_WORKFLOW }: { readonly workflow?: Workflow } = {}) {
  const { client } = createFixtureClient({ manifest: SMALL_MANIFEST })
  const ticket = vi.fn(client.sockets.ticket)
  const sync = vi.fn(client.drafts.sync)
  const own: TenonClient = {
    ...client,
    workflows: { ...client.workflows, get: async () => workflow },
    drafts: { ...client.drafts, sync },
    sockets: { ...client.sockets, ticket },
  }
  const session = createEditorSession({ translate: () => t })
  onTestFinished(session.start())
  const onFailed = vi.fn()
  const leave = connectDraft({
    session,
    client: () => own,
    workflowId: 'wf',
    presence: createPresence(session.store),
    carried: [],
    isReadOnly: () => false,
    onFailed,
    onTransport: () => {},
    onRebased: () => {},
    onExpelled: () => {},
    onWaiting: () => {},
    onLost: () => {},
    socketPatienceMs: 0,
  })
  onTestFinished(leave)
  await vi.waitFor(() => expect(onFailed).toHaveBeenCalled(), 20_000)
  return { failures: onFailed.mock.calls, state: session.store.getState(), requests: [ticket, sync] }
}

describe('a draft that cannot be loaded', () => {
  afterEach(() => {
    vi.doUnmock('./http-sync.ts')
    vi.doUnmock('./collab-provider.ts')
  })

  test.each(['./http-sync.ts', './collab-provider.ts'])(
    'reports once that %s could not be loaded, for a reason that may pass',
    async (module) => {
      const unhandled = vi.fn()
      process.on('unhandledRejection', unhandled)
      onTestFinished(() => void process.off('unhandledRejection', unhandled))
      vi.doMock(module, () => {
        throw new TypeError('Failed to fetch dynamically imported module')
      })
      const { failures } = await failedLoad()
      // The pause before requests replace the socket has passed as well.
      await new Promise((resolve) => setTimeout(resolve))
      expect(failures).toEqual([[expect.objectContaining({ code: 'UNAVAILABLE', retryable: true })]])
      expect(unhandled).not.toHaveBeenCalled()
    },
  )

  test('reports that the workflow is deleted, with its role and name, and does not join its room', async () => {
    const workflow = { ...STORED_WORKFLOW, deletedAt: '2026-11-20T10:00:00.000Z' }
    const { failures, state, requests } = await failedLoad({ workflow })
    expect(failures).toEqual([[expect.objectContaining({ code: 'WORKFLOW_NOT_FOUND' }), { isDeleted: true }]])
    expect(state).toMatchObject({ workflow, role: 'editor' })
    for (const request of requests) expect(request).not.toHaveBeenCalled()
  })
})
