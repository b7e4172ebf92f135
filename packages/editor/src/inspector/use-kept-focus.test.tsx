// @vitest-environment jsdom
import { screen } from '@testing-library/react'
import { useState } from 'react'
import { expect, test } from 'vitest'
import { renderPart } from '../../test/fixtures/render.tsx'
import { Button } from '../ui/button.tsx'
import { Menu } from '../ui/menu.tsx'
import { useKeptFocus } from './use-kept-focus.ts'

function Panel() {
  const kept = useKeptFocus()
  const [node, setNode] = useState(1)
  const [hasFix, setHasFix] = useState(true)
  const items = [{ id: 'wrap', label: 'Wrap', onSelect: () => setNode(node + 1) }]
  return (
    <>
      <aside {...kept} aria-label="Panel">
        <div key={node}>
          <Menu trigger={<Button>More {node}</Button>} items={items} />
          {hasFix && <Button onClick={() => setHasFix(false)}>Fix</Button>}
        </div>
      </aside>
      <Button onClick={() => setNode(node + 1)}>Outside</Button>
    </>
  )
}

test('a panel has the focus after a command that removes the focused element, and not after others', async () => {
  const { user } = renderPart(<Panel />)
  const panel = screen.getByRole('complementary', { name: 'Panel' })
  await user.click(screen.getByRole('button', { name: 'Fix' }))
  await expect.poll(() => document.activeElement).toBe(panel)
  await user.click(screen.getByRole('button', { name: 'More 1' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Wrap' }))
  expect(await screen.findByRole('button', { name: 'More 2' })).toBeDefined()
  await expect.poll(() => document.activeElement).toBe(panel)
  const outside = screen.getByRole('button', { name: 'Outside' })
  await user.click(outside)
  expect(await screen.findByRole('button', { name: 'More 3' })).toBeDefined()
  expect(document.activeElement).toBe(outside)
})
