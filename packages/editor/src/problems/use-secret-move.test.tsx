// @vitest-environment jsdom
import type { JsonObject, JsonSchema, SecretMarker } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { node, workflow } from '@tenon/core/testing'
import { act, screen, waitFor } from '@testing-library/react'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import { t } from '../../test/fixtures/render.tsx'
import { renderInspector } from '../../test/fixtures/render-inspector.tsx'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import type { SecretToSet } from '../contexts/secrets-context.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { startLiveProblems } from './live-problems.ts'

const MARKER: SecretMarker = { $secret: 'sec_abcdefghijklmnopqrstuv', setAt: '2026-11-03T10:00:00.000Z', setBy: 'Ada' }
const TOKEN = `Bearer ${'a1b2'.repeat(5)}`

const sentAs = (sink: string): JsonSchema => ({
  type: 'object',
  title: sink,
  control: 'key-value',
  additionalProperties: { type: 'string', sink },
})

/** A node that sends a request, with a secret for one of its headers. */
const MANIFEST = createManifestIndex({
  hash: 'sending',
  nodes: SMALL_MANIFEST.nodes.map((entry) =>
    entry.type === 'step'
      ? {
          ...entry,
          params: {
            type: 'object',
            properties: {
              headers: sentAs('header'),
              query: sentAs('query'),
              secret: { type: 'string', title: 'Secret', control: 'password', secret: true },
            },
          },
        }
      : entry,
  ),
})

/** Shows a node with a token, and what the validator reports about it. */
async function show(params: JsonObject, answer: () => Promise<SecretMarker> = async () => MARKER) {
  const sent: SecretToSet[] = []
  const { client } = createFixtureClient()
  const setSecret = async (_workflowId: string, body: SecretToSet) => {
    sent.push(body)
    return answer()
  }
  const view = renderInspector({
    document: workflow([node('a', 'step', params)], []),
    nodeId: 'a',
    client: { ...client, drafts: { ...client.drafts, setSecret } },
  })
  const { session } = view
  act(() => session.store.setState({ manifest: MANIFEST }))
  onTestFinished(startLiveProblems(session.store, () => t))
  await screen.findByText(/contain a token/)
  const change = (path: readonly string[], value: JsonObject | string) =>
    session.dispatch({ type: 'fix', operations: [{ op: 'set_param', nodeId: 'a', path, value }], title: '' })
  return { ...view, sent, change, stored: () => view.nodeOf('a')?.params }
}

const findButton = () => screen.findByRole('button', { name: 'Move to "Secret"' })

describe('the fix for a token in a header', () => {
  test('moves the token to the secret of the same name, and no undo brings it back as text', async () => {
    const { user, sent, stored, session } = await show({ headers: { token: TOKEN, Accept: 'text/plain' } })
    // Undo of the rename would bring back the header of the earlier name.
    const rename = { type: 'rename-member', nodeId: 'a', path: ['headers'], from: 'token', to: 'SECRET' } as const
    act(() => void session.dispatch(rename))
    await user.click(await findButton())
    await waitFor(() => expect(stored()).toEqual({ headers: { Accept: 'text/plain' }, secret: MARKER }))
    expect(sent).toEqual([{ nodeType: 'step', typeVersion: 1, param: 'secret', value: TOKEN }])
    expect(screen.queryByRole('button', { name: /^Move to/ })).toBeNull()
    const said = await screen.findAllByText(/^Token moved to "Secret"\. Changes up to here can no longer be undone/)
    expect(said.length).toBeGreaterThan(0)
    expect(session.store.getState()).toMatchObject({ canUndo: false, canRedo: false })
    for (const travel of [session.undo, session.undo, session.redo]) act(travel)
    expect(stored()).toEqual({ headers: { Accept: 'text/plain' }, secret: MARKER })
    act(() => void session.dispatch({ type: 'rename-node', nodeId: 'a', name: 'Later' }))
    expect(session.store.getState().canUndo).toBe(true)
  })

  test('changes nothing if the token cannot be stored, which is reported', async () => {
    const { user, stored } = await show({ headers: { secret: TOKEN } }, async () => {
      throw new TenonError('UNAVAILABLE', 'The key provider failed')
    })
    await user.click(await findButton())
    expect((await screen.findAllByText(/^The key provider failed\. /)).length).toBeGreaterThan(0)
    expect(stored()).toEqual({ headers: { secret: TOKEN } })
  })

  const OTHER: SecretMarker = { ...MARKER, $secret: 'sec_zyxwvutsrqponmlkjihgfe', setBy: 'Bo' }
  type Shown = Awaited<ReturnType<typeof show>>
  test.each<[string, (shown: Shown) => void, JsonObject]>([
    [
      'another user sets the secret',
      ({ change }) => change(['secret'], { ...OTHER }),
      { headers: { secret: TOKEN }, secret: { ...OTHER } },
    ],
    [
      'the header is changed',
      ({ change }) => change(['headers', 'secret'], `${TOKEN}c3`),
      { headers: { secret: `${TOKEN}c3` } },
    ],
    [
      'the header is typed in, and the text is not yet committed',
      ({ change, session }) => {
        const release = session.input.hold(() => {
          release()
          change(['headers', 'secret'], `${TOKEN}d4`)
        })
      },
      { headers: { secret: `${TOKEN}d4` } },
    ],
  ])('changes nothing if meanwhile %s, which is reported', async (_when, meanwhile, kept) => {
    let answer = (_marker: SecretMarker) => {}
    const shown = await show({ headers: { secret: TOKEN } }, () => new Promise((resolve) => (answer = resolve)))
    await shown.user.click(await findButton())
    expect(shown.sent).toHaveLength(1)
    await act(async () => {
      meanwhile(shown)
      answer(MARKER)
    })
    expect((await screen.findAllByText(/^The token was not moved/)).length).toBeGreaterThan(0)
    expect(shown.stored()).toEqual(kept)
  })

  test.each<[string, JsonObject]>([
    ['in a header of another name', { headers: { other: TOKEN } }],
    ['in a header whose secret is set', { headers: { secret: TOKEN }, secret: { ...MARKER } }],
    ['in a query parameter, which the secret does not replace', { query: { secret: TOKEN } }],
  ])('is not offered for a token %s', async (_which, params) => {
    await show(params)
    expect(screen.queryByRole('button', { name: /^Move to/ })).toBeNull()
  })

  test('is no longer offered once the header has an expression, also before it is checked again', async () => {
    const { change } = await show({ headers: { secret: TOKEN } })
    await findButton()
    act(() => void change(['headers', 'secret'], `${TOKEN} {{ vars.a }}`))
    expect(screen.queryByRole('button', { name: /^Move to/ })).toBeNull()
  })
})
