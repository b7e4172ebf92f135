// @vitest-environment jsdom
import { act, screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { renderInspector } from '../../test/fixtures/render-inspector.tsx'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'

test('a node that fails can wait for a person, which undo takes back', async () => {
  const { user, session, nodeOf } = renderInspector({ nodeId: 'a' })
  await user.click(await screen.findByRole('tab', { name: 'Policy' }))
  const choice = await screen.findByRole<HTMLSelectElement>('combobox', { name: 'When it fails' })
  const labels = [...choice.options].map((option) => option.text)
  expect(labels).toEqual([
    'Fail the run',
    'Continue without its output',
    'Continue at the error port',
    'Wait until a person fixes it',
  ])
  await user.selectOptions(choice, 'Wait until a person fixes it')
  expect(nodeOf('a')?.policy).toEqual({ onError: 'park' })
  expect(screen.getByText(/A person then retries it, enters its output, skips it or fails the run/)).toBeDefined()
  act(() => session.undo())
  expect(nodeOf('a')?.policy?.onError).toBeUndefined()
  expect(choice.value).toBe('fail')
})

test('a node gets a step that undoes it, which one undo takes back, and which has no policy but to wait or be skipped', async () => {
  const { user, session, nodeOf } = renderInspector({ nodeId: 'a' })
  await user.click(await screen.findByRole('tab', { name: 'Policy' }))
  const choice = await screen.findByRole<HTMLSelectElement>('combobox', { name: 'Undo step' })
  expect(choice.value).toBe('')
  await user.click(screen.getByRole('button', { name: 'Add an undo step' }))
  const undoId = nodeOf('a')?.policy?.compensation ?? ''
  expect(nodeOf(undoId)).toMatchObject({ type: nodeOf('a')?.type, name: `Undo ${nodeOf('a')?.name}` })
  // The new node is selected.
  await user.click(await screen.findByRole('tab', { name: 'Policy' }))
  expect(screen.getByText(/^Undoes a /)).toBeDefined()
  const failing = screen.getByRole<HTMLSelectElement>('combobox', { name: 'When it fails' })
  expect([...failing.options].map((option) => option.text)).toEqual([
    'Wait until a person fixes it',
    'Continue without its output',
  ])
  expect(screen.queryByRole('combobox', { name: 'Undo step' })).toBeNull()
  act(() => session.undo())
  expect(nodeOf(undoId)).toBeUndefined()
  expect(nodeOf('a')?.policy?.compensation).toBeUndefined()
})

test('the policy of attempts is said in words, shows its defaults, and each field can be reset and undone', async () => {
  const { user, session, nodeOf } = renderInspector({ nodeId: 'a' })
  const nodes = SMALL_MANIFEST.nodes.map((entry) => ({ ...entry, inline: false, effect: 'write' as const }))
  act(() => session.store.setState({ manifest: createManifestIndex({ hash: 'retried', nodes }) }))
  await user.click(await screen.findByRole('tab', { name: 'Policy' }))
  const says = await screen.findByRole('note', { name: 'What happens' })
  expect(says.textContent).toBe(
    'Tries up to 3 times, with waits of about 1 second and 2 seconds. An attempt may take 30 seconds. If all fail, the run fails.',
  )
  expect(screen.queryByRole('button', { name: /^Reset/ })).toBeNull()

  const attempts = screen.getByRole('spinbutton', { name: 'Attempts' })
  await user.clear(attempts)
  await user.type(attempts, '5')
  const codes = screen.getByRole('textbox', { name: 'Errors that are final' })
  await user.type(codes, 'CARD_DECLINED HTTP_STATUS')
  await user.type(within(screen.getByRole('group', { name: 'Total time' })).getByRole('spinbutton'), '90')
  await waitFor(() =>
    expect(nodeOf('a')?.policy).toEqual({
      retry: { maximumAttempts: 5, nonRetryableErrorTypes: ['CARD_DECLINED', 'HTTP_STATUS'] },
      totalTimeout: '90s',
    }),
  )
  expect(says.textContent).toContain(
    'Tries up to 5 times, with waits of about 1 second, 2 seconds, 4 seconds and more.',
  )
  expect(says.textContent).toContain('All attempts and waits together may take 1.5 minutes.')

  await user.click(screen.getByRole('button', { name: 'Reset "Errors that are final" to its default' }))
  expect(nodeOf('a')?.policy?.retry).toEqual({ maximumAttempts: 5 })
  screen.getByRole('button', { name: 'Reset "Attempts" to its default' }).focus()
  await user.keyboard('{Enter}')
  expect(nodeOf('a')?.policy).toEqual({ totalTimeout: '90s' })
  // The button has gone with the value.
  await waitFor(() => expect(document.activeElement).toBe(attempts))
  expect(screen.getByText(/^Waits grow up to 1.7 minutes/)).toBeDefined()
  act(() => session.undo())
  expect(nodeOf('a')?.policy?.retry).toEqual({ maximumAttempts: 5 })

  await user.clear(attempts)
  await user.type(attempts, '1')
  expect(screen.queryByRole('textbox', { name: 'Errors that are final' })).toBeNull()
  expect(screen.queryByText('Try again only if')).toBeNull()
})
