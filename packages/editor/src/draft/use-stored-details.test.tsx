// @vitest-environment jsdom
import type { TenonClient } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { act, screen, within } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import { renderPart, t } from '../../test/fixtures/render.tsx'
import { STORED_WORKFLOW } from '../../test/fixtures/stored-workflow.ts'
import { createEditorSession } from '../session/session.ts'
import type { EditorSession } from '../session/session-types.ts'
import type { WorkflowDetails, WorkflowDetailsStore } from '../session/workflow-details.ts'
import { useStoredDetails } from './use-stored-details.ts'

interface ProbeProps {
  readonly session: EditorSession
  readonly client: TenonClient
  readonly onDetails: (details: WorkflowDetailsStore | null) => void
}

function Probe({ session, client, onDetails }: ProbeProps) {
  onDetails(useStoredDetails(session, client, 'wf'))
  return null
}

function clientOf(name: string, calls: string[]): TenonClient {
  const { client } = createFixtureClient()
  const update = async (_workflowId: string, changes: Partial<WorkflowDetails>) => {
    calls.push(name)
    return { ...STORED_WORKFLOW, ...changes }
  }
  return { ...client, workflows: { ...client.workflows, update } }
}

describe('useStoredDetails', () => {
  test('stores by the client of now, and stays the same when only the client changes', async () => {
    const session = createEditorSession({ translate: () => t })
    session.store.setState({ workflow: STORED_WORKFLOW })
    const calls: string[] = []
    const seen: (WorkflowDetailsStore | null)[] = []
    const onDetails = (details: WorkflowDetailsStore | null) => seen.push(details)
    const { rerender } = renderPart(<Probe session={session} client={clientOf('first', calls)} onDetails={onDetails} />)
    rerender(<Probe session={session} client={clientOf('second', calls)} onDetails={onDetails} />)
    expect(seen.at(-1)).toBe(seen[0])
    await act(async () => seen.at(-1)?.update({ name: 'Requests' }))
    expect(calls).toEqual(['second'])
    expect(session.store.getState().workflow?.name).toBe('Requests')
  })

  test.each([
    [
      new TenonError('FORBIDDEN', 'The name is locked', { remedy: 'Ask an owner.' }),
      'The name is locked. Ask an owner.',
    ],
    [new TypeError('undefined is not a function'), 'The last change of the name or description could not be saved.'],
  ])('reports a change that is refused: %s', async (error, text) => {
    const session = createEditorSession({ translate: () => t })
    session.store.setState({ workflow: STORED_WORKFLOW })
    const { client } = createFixtureClient()
    const update = async () => {
      throw error
    }
    let details: WorkflowDetailsStore | null = null
    const onDetails = (next: WorkflowDetailsStore | null) => {
      details = next
    }
    renderPart(
      <Probe
        session={session}
        client={{ ...client, workflows: { ...client.workflows, update } }}
        onDetails={onDetails}
      />,
    )
    await act(async () => details?.update({ name: 'Requests' }))
    expect(within(screen.getByRole('region', { name: 'Notifications' })).getByText(text)).toBeTruthy()
    expect(session.store.getState().workflow?.name).toBe(STORED_WORKFLOW.name)
  })
})
