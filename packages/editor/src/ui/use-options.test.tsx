// @vitest-environment jsdom
import { fireEvent, screen } from '@testing-library/react'
import { useState } from 'react'
import { expect, test, vi } from 'vitest'
import { renderPart } from '../../test/fixtures/render.tsx'
import { SearchInput } from './search-input.tsx'
import { useOptions } from './use-options.ts'

const ITEMS = ['Call', 'Copy', 'Wait']

function Picker({ onChoose }: { readonly onChoose: (item: string) => void }) {
  const [query, setQuery] = useState('')
  const items = ITEMS.filter((item) => item.startsWith(query))
  const options = useOptions({ items, onChoose })
  return (
    <>
      <SearchInput
        label="Search"
        value={query}
        onChange={(next) => {
          setQuery(next)
          options.reset()
        }}
        onKeyDown={options.onKeyDown}
        list={options.field}
      />
      <div ref={options.listRef} id={options.listId} role="listbox">
        {items.map((item, index) => (
          <div key={item} {...options.option(index)}>
            {item}
          </div>
        ))}
      </div>
    </>
  )
}

function show() {
  const onChoose = vi.fn()
  const view = renderPart(<Picker onChoose={onChoose} />)
  const field = screen.getByRole('combobox', { name: 'Search' })
  const active = () => document.getElementById(field.getAttribute('aria-activedescendant') ?? '')?.textContent
  return { ...view, field, active, onChoose }
}

test('arrow keys move the active option around the list, which the field names, and Enter chooses it', async () => {
  const scrolled = vi.spyOn(Element.prototype, 'scrollIntoView')
  const { user, field, active, onChoose } = show()
  await user.click(field)
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
