// @vitest-environment jsdom
import { node, workflow } from '@tenon/core/testing'
import { act, screen } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
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

describe('PeopleControl', () => {
  test('says that the IDs of people are not checked, as soon as one is named', async () => {
    const document = workflow([node('ask', 'step', { approvers: { roles: ['admin'] } })])
    const nodes = SMALL_MANIFEST.nodes.map((entry) => (entry.type === 'step' ? { ...entry, params } : entry))
    const { user, nodeOf, session } = renderInspector({ document, nodeId: 'ask' })
    act(() => session.store.setState({ manifest: createManifestIndex({ hash: 'ask', nodes }) }))
    const field = await screen.findByRole('textbox', { name: 'Add a person by ID' })
    const note = 'IDs are not checked. If no user has an ID, an admin can decide instead.'
    expect(screen.queryByText(note)).toBeNull()
    await user.type(field, 'ada{Enter}')
    expect(screen.getByText(note)).toBeTruthy()
    await user.click(screen.getByRole('checkbox', { name: 'Every editor' }))
    expect(nodeOf('ask')?.params.approvers).toEqual({ roles: ['admin', 'editor'], userIds: ['ada'] })
    await user.type(field, 'ada')
    await user.tab()
    expect(nodeOf('ask')?.params.approvers).toMatchObject({ userIds: ['ada'] })
  })
})
