// @vitest-environment jsdom
import type { TenonClient } from '@tenon/core/client'
import type { JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { node, workflow } from '@tenon/core/testing'
import { act, fireEvent, screen } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { createFixtureClient } from '../../../test/fixtures/fixture-client.ts'
import { renderInspector } from '../../../test/fixtures/render-inspector.tsx'
import { SMALL_MANIFEST } from '../../../test/fixtures/small-manifest.ts'
import { createManifestIndex } from '../../manifest/manifest-index.ts'

const params = {
  type: 'object',
  properties: {
    approvers: {
      type: 'object',
      title: 'Who may decide',
      control: 'people',
      properties: {
        roles: { type: 'array', items: { type: 'string', enum: ['admin', 'editor'] } },
        userIds: { type: 'array', items: { type: 'string' } },
      },
    },
  },
} as const

function showAsking(approvers: JsonObject, client?: TenonClient) {
  const document = workflow([node('ask', 'step', { approvers })])
  const nodes = SMALL_MANIFEST.nodes.map((entry) => (entry.type === 'step' ? { ...entry, params } : entry))
  const view = renderInspector({ document, nodeId: 'ask', ...(client === undefined ? {} : { client }) })
  act(() => view.session.store.setState({ manifest: createManifestIndex({ hash: 'ask', nodes }) }))
  return view
}

describe('PeopleControl', () => {
  test('says that the IDs of people are not checked, as soon as one is named', async () => {
    const { user, nodeOf } = showAsking({ roles: ['admin'] })
    const field = await screen.findByRole('textbox', { name: 'Add a person by ID' })
    const note = 'IDs are not checked. If no user has an ID, an admin can decide instead.'
    expect(screen.queryByText(note)).toBeNull()
    await user.type(field, 'ada{Enter}')
    expect(screen.getByText(note)).toBeTruthy()
    expect(document.activeElement).toBe(field)
    await user.click(screen.getByRole('checkbox', { name: 'Every editor' }))
    expect(nodeOf('ask')?.params.approvers).toEqual({ roles: ['admin', 'editor'], userIds: ['ada'] })
    await user.type(field, 'ada')
    await user.tab()
    expect(nodeOf('ask')?.params.approvers).toMatchObject({ userIds: ['ada'] })
  })

  test('finds people of the tenant by name, and shows those by name who are chosen', async () => {
    const members = [
      { userId: 'u-ada', displayName: 'Ada Obi', detail: 'ada@acme.example' },
      { userId: 'u-adam', displayName: 'Adam Novak' },
    ]
    const { client } = createFixtureClient({ members })
    const { user, nodeOf } = showAsking({ userIds: ['u-adam', 'gone'] }, client)
    expect(await screen.findByText('Adam Novak')).toBeTruthy()
    expect(screen.getByText('gone is not a member and cannot decide.')).toBeTruthy()
    expect(screen.queryByText(/IDs are not checked/)).toBeNull()
    await user.type(screen.getByRole('combobox', { name: 'Find a person by name' }), 'ada')
    const [option, ...more] = await screen.findAllByRole('option')
    expect(option?.textContent).toContain('ada@acme.example')
    expect(more).toEqual([])
    // Enter of an input method ends a composition and chooses no one.
    fireEvent.keyDown(screen.getByRole('combobox', { name: 'Find a person by name' }), {
      key: 'Enter',
      isComposing: true,
    })
    expect(nodeOf('ask')?.params.approvers).toEqual({ userIds: ['u-adam', 'gone'] })
    await user.keyboard('{Enter}')
    expect(nodeOf('ask')?.params.approvers).toEqual({ userIds: ['u-adam', 'gone', 'u-ada'] })
    expect(await screen.findByText('Ada Obi')).toBeTruthy()
    await user.type(screen.getByRole('combobox', { name: 'Find a person by name' }), 'zoe')
    expect(await screen.findByText('No person matches "zoe".')).toBeTruthy()
  })

  test('keeps the focus, the names and the search while a chosen person is looked up, also if that fails', async () => {
    const members = [
      { userId: 'u-ada', displayName: 'Ada Obi' },
      { userId: 'u-adam', displayName: 'Adam Novak' },
    ]
    const { client, fail } = createFixtureClient({ members })
    const { user, nodeOf } = showAsking({ userIds: ['u-adam', 'gone'] }, client)
    const search = await screen.findByRole('combobox', { name: 'Find a person by name' })
    await user.type(search, 'ada')
    await screen.findByRole('option', { name: 'Ada Obi' })
    const shown = () => [...document.querySelectorAll('.tn-people-named > *')].map(({ textContent }) => textContent)
    fail('members.list', new TenonError('UNAVAILABLE', 'The server restarts'))
    await user.keyboard('{Enter}')
    await act(async () => {})
    expect(nodeOf('ask')?.params.approvers).toEqual({ userIds: ['u-adam', 'gone', 'u-ada'] })
    expect(document.activeElement).toBe(search)
    expect(search.isConnected).toBe(true)
    expect(shown()).toEqual(['Adam Novak', 'gone', 'Ada Obi'])
    expect(screen.getByText('gone is not a member and cannot decide.')).toBeTruthy()
    expect(screen.queryByRole('textbox', { name: 'Add a person by ID' })).toBeNull()
    expect(screen.queryByText(/IDs are not checked/)).toBeNull()
  })

  test('does not treat a directory that cannot be read as missing', async () => {
    const { client, fail } = createFixtureClient({ members: [] })
    fail('members.list', new TenonError('UNAVAILABLE', 'The server restarts'))
    showAsking({ userIds: ['u-ada'] }, client)
    expect(await screen.findByText('The list of people could not be loaded. Try again in a moment.')).toBeTruthy()
    expect(screen.getByText('u-ada')).toBeTruthy()
    expect(screen.queryByRole('textbox', { name: 'Add a person by ID' })).toBeNull()
    expect(screen.queryByText(/IDs are not checked|not a member/)).toBeNull()
  })
})
