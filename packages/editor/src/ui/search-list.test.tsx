// @vitest-environment jsdom
import { fireEvent, screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { renderPart } from '../../test/fixtures/render.tsx'
import { SearchList } from './search-list.tsx'

const findItems = (query: string) => ['Call', 'Copy', 'Wait'].filter((item) => item.startsWith(query))

function show() {
  const onChoose = vi.fn()
  const view = renderPart(
    <SearchList
      label="Search"
      find={findItems}
      onChoose={onChoose}
      listLabel="Found"
      emptyText="Nothing found"
      keyOf={(item) => item}
    >
      {(item) => item}
    </SearchList>,
  )
  const field = screen.getByRole('combobox', { name: 'Search' })
  const active = () => document.getElementById(field.getAttribute('aria-activedescendant') ?? '')?.textContent
  return { ...view, field, active, onChoose }
}

test('arrow keys move the active option and wrap around, and Enter chooses it', async () => {
  const scrolled = vi.spyOn(Element.prototype, 'scrollIntoView')
  const { user, field, active, onChoose } = show()
  expect(document.activeElement).toBe(field)
  expect(field.getAttribute('aria-controls')).toBe(screen.getByRole('listbox', { name: 'Found' }).id)
  expect(active()).toBe('Call')
  await user.keyboard('{ArrowUp}')
  expect(active()).toBe('Wait')
  expect(scrolled.mock.instances.at(-1)).toBe(screen.getByRole('option', { name: 'Wait' }))
  await user.keyboard('{ArrowDown}{ArrowDown}')
  expect(screen.getByRole('option', { selected: true }).textContent).toBe('Copy')
  await user.keyboard('{Enter}')
  expect(onChoose).toHaveBeenCalledExactlyOnceWith('Copy')
})

test('typing activates the first option again, and Enter chooses nothing from an empty list', async () => {
  const { user, field, active, onChoose } = show()
  await user.click(field)
  await user.keyboard('{ArrowDown}C')
  expect(active()).toBe('Call')
  await user.keyboard('x{Enter}')
  expect(screen.getByText('Nothing found')).toBeTruthy()
  expect(field.getAttribute('aria-activedescendant')).toBeNull()
  expect(onChoose).not.toHaveBeenCalled()
})

test('a click chooses an option, and the field keeps the focus', async () => {
  const { user, field, onChoose } = show()
  await user.click(field)
  await user.click(screen.getByRole('option', { name: 'Wait' }))
  expect(onChoose).toHaveBeenCalledExactlyOnceWith('Wait')
  expect(document.activeElement).toBe(field)
})

test.each([
  ['is composing', { isComposing: true }],
  ['has just composed, as in Safari', { keyCode: 229 }],
])('Enter of an input method that %s chooses nothing', (_, key) => {
  const { field, onChoose } = show()
  fireEvent.keyDown(field, { key: 'Enter', ...key })
  expect(onChoose).not.toHaveBeenCalled()
  fireEvent.keyDown(field, { key: 'Enter' })
  expect(onChoose).toHaveBeenCalledExactlyOnceWith('Call')
})
