// @vitest-environment jsdom
import type { JsonObject, SecretMarker } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { node, workflow } from '@tenon/core/testing'
import { act, screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import { renderInspector } from '../../test/fixtures/render-inspector.tsx'
import type { SecretToSet } from '../contexts/secrets-context.ts'

const MARKER: SecretMarker = { $secret: 'sec_abcdefghijklmnopqrstuv', setAt: '2026-11-03T10:00:00.000Z', setBy: 'Ada' }
const TOKEN = `Bearer ${'a1b2'.repeat(5)}`

/** Shows a node with a token in a field named like its secret param, and the warning about it. */
async function show(name: string, params: JsonObject = {}, refuse?: TenonError) {
  const sent: SecretToSet[] = []
  const { client } = createFixtureClient()
  const setSecret = async (_workflowId: string, body: SecretToSet) => {
    sent.push(body)
    if (refuse !== undefined) throw refuse
    return MARKER
  }
  const view = renderInspector({
    document: workflow([node('a', 'step', { text: 'hi', fields: { [name]: TOKEN }, ...params })], []),
    nodeId: 'a',
    client: { ...client, drafts: { ...client.drafts, setSecret } },
  })
  const field = ['params', 'fields', name]
  const problem = { id: '1', nodeId: 'a', edgeId: null, range: null, code: 'SECRET_IN_TEXT', fixes: [], field }
  act(() => view.session.store.setState({ problems: [{ ...problem, severity: 'warning', message: 'It has a token' }] }))
  await screen.findByText(/It has a token/)
  return { ...view, sent, stored: () => view.nodeOf('a')?.params }
}

const button = () => screen.queryByRole('button', { name: 'Move to "Secret"' })

test('a token moves from its field to the secret of the same name, in one undo step', async () => {
  const { user, sent, stored, session } = await show('SECRET')
  await user.click(button() as HTMLElement)
  await waitFor(() => expect(stored()).toEqual({ text: 'hi', fields: {}, secret: MARKER }))
  expect(sent).toEqual([{ nodeType: 'step', typeVersion: 1, param: 'secret', value: TOKEN }])
  expect(button()).toBeNull()
  act(() => session.undo())
  expect(stored()).toEqual({ text: 'hi', fields: { SECRET: TOKEN } })
})

test('a token stays in its field if it cannot be stored, which is reported', async () => {
  const { user, stored } = await show('secret', {}, new TenonError('UNAVAILABLE', 'The key provider failed'))
  await user.click(button() as HTMLElement)
  expect((await screen.findAllByText(/^The key provider failed\. /)).length).toBeGreaterThan(0)
  expect(stored()).toEqual({ text: 'hi', fields: { secret: TOKEN } })
})

test.each<[string, string, JsonObject]>([
  ['has another name than the secret', 'other', {}],
  ['would replace a secret that is set', 'secret', { secret: { ...MARKER } }],
  ['has an expression', 'secret', { fields: { secret: 'Bearer {{ vars.token }}' } }],
])('a token is not moved if its field %s', async (_, name, params) => {
  await show(name, params)
  expect(button()).toBeNull()
})
