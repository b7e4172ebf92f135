// @vitest-environment jsdom
import { act, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { renderInspector } from '../../test/fixtures/render-inspector.tsx'

test('a workflow is offered as a tool with a name and a description, and undo takes a change back', async () => {
  const { user, session } = renderInspector()
  const tool = () => session.read().settings.tool
  await user.click(await screen.findByRole('switch', { name: 'Offer as a tool' }))
  expect(tool()).toMatchObject({ name: '' })
  await user.type(screen.getByRole('textbox', { name: 'Tool name' }), 'refund_order')
  const description = screen.getByRole('textbox', { name: 'Tool description' })
  await user.clear(description)
  await user.type(description, 'Refunds an order')
  expect(tool()).toEqual({ name: 'refund_order', description: 'Refunds an order' })
  act(() => session.undo())
  expect(tool()?.description).not.toBe('Refunds an order')
  await user.click(screen.getByRole('switch', { name: 'Offer as a tool' }))
  expect(tool()).toBeUndefined()
  expect(screen.queryByRole('textbox', { name: 'Tool name' })).toBeNull()
})
