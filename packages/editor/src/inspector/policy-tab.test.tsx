// @vitest-environment jsdom
import { act, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { renderInspector } from '../../test/fixtures/render-inspector.tsx'

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
