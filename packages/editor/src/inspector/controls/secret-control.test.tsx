// @vitest-environment jsdom
import type { SecretMarker } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { node, workflow } from '@tenon/core/testing'
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { createFixtureClient } from '../../../test/fixtures/fixture-client.ts'
import { renderInspector } from '../../../test/fixtures/render-inspector.tsx'
import type { SecretToSet } from '../../contexts/secrets-context.ts'

const marker: SecretMarker = { $secret: 'sec_abcdefghijklmnopqrstuv', setAt: '2026-11-03T10:00:00.000Z', setBy: 'Ada' }

function show(secret?: SecretMarker, refuse?: TenonError) {
  const sent: SecretToSet[] = []
  const { client } = createFixtureClient()
  const inspector = renderInspector({
    document: workflow(
      [node('a', 'step', { text: 'hi', ...(secret === undefined ? {} : { secret: { ...secret } }) })],
      [],
    ),
    nodeId: 'a',
    client: {
      ...client,
      drafts: {
        ...client.drafts,
        setSecret: async (_workflowId, body) => {
          sent.push(body)
          if (refuse !== undefined) throw refuse
          return marker
        },
      },
    },
  })
  return { ...inspector, sent, stored: () => inspector.nodeOf('a')?.params.secret }
}

// The setup of a node is loaded when it is first shown.
const field = () => screen.findByLabelText<HTMLInputElement>('Secret', { exact: false, selector: 'input' })

describe('SecretControl', () => {
  test('sends the value away and keeps the marker: no text ever enters the document', async () => {
    const { user, sent, stored } = show()
    await user.type(await field(), 's3cr3t')
    expect(stored()).toBeUndefined()
    await user.keyboard('{Enter}')
    await waitFor(() => expect(stored()).toEqual(marker))
    expect(sent).toEqual([{ nodeType: 'step', typeVersion: 1, param: 'secret', value: 's3cr3t' }])
    expect(screen.getByText(/Set on Nov 3.* by Ada/)).toBeTruthy()
    expect(document.body.innerHTML).not.toContain('s3cr3t')
  })

  test('replaces and removes what is set', async () => {
    const { user, stored, sent } = show({ ...marker, setBy: '' })
    expect(await screen.findByText(/^Set on Nov 3/)).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Replace' }))
    await user.type(await field(), 'half')
    await user.click(screen.getByRole('button', { name: 'Cancel' }))
    expect(stored()).toEqual({ ...marker, setBy: '' })
    await user.click(screen.getByRole('button', { name: 'Replace' }))
    await user.type(await field(), 'another')
    await user.click(screen.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(stored()).toEqual(marker))
    await user.click(screen.getByRole('button', { name: 'Remove' }))
    expect(stored()).toBeUndefined()
    expect(sent.map(({ value }) => value)).toEqual(['another'])
  })

  test('says why a value was refused, and keeps it for another try', async () => {
    const { user, stored } = show(undefined, new TenonError('UNAVAILABLE', 'The key provider failed'))
    await user.type(await field(), 's3cr3t')
    await user.click(screen.getByRole('button', { name: 'Save' }))
    expect((await screen.findByRole('alert')).textContent).toBe('The key provider failed')
    expect([(await field()).value, stored()]).toEqual(['s3cr3t', undefined])
  })

  test('saves what was typed when the panel is left', async () => {
    const { user, leave, stored } = show()
    await user.type(await field(), 's3cr3t')
    leave()
    await waitFor(() => expect(stored()).toEqual(marker))
  })

  test('reports that a value was not saved after the panel is left', async () => {
    const { user, leave, stored } = show(undefined, new TenonError('UNAVAILABLE', 'The key provider failed'))
    await user.type(await field(), 's3cr3t')
    leave()
    const toasts = await screen.findByRole('region', { name: 'Notifications' })
    expect(within(toasts).getByText('The value of "Secret" was not saved. The key provider failed')).toBeTruthy()
    expect(stored()).toBeUndefined()
  })

  test('sends a value once, also if the panel is left while it is saved', async () => {
    const { user, leave, sent, stored } = show()
    await user.type(await field(), 's3cr3t')
    fireEvent.click(screen.getByRole('button', { name: 'Save' }))
    leave()
    await waitFor(() => expect(stored()).toEqual(marker))
    expect(sent).toHaveLength(1)
  })
})
