// @vitest-environment jsdom
import { screen, waitFor } from '@testing-library/react'
import { useState } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { renderPart } from '../../test/fixtures/render.tsx'
import { Button } from './button.tsx'
import { IconButton } from './icon-button.tsx'
import { useAnnouncer } from './live-region.tsx'
import { Menu } from './menu.tsx'
import { Popover } from './popover.tsx'
import { Tabs } from './tabs.tsx'

describe('Menu', () => {
  const onCopy = vi.fn()
  const onDelete = vi.fn()
  const menu = (
    <Menu
      trigger={<IconButton icon="more" label="More actions" />}
      items={[
        { id: 'copy', label: 'Copy', onSelect: onCopy, shortcut: 'Ctrl C' },
        'separator',
        { id: 'locked', label: 'Move', onSelect: () => {}, disabled: true },
        { id: 'delete', label: 'Delete', onSelect: onDelete, danger: true },
      ]}
    />
  )

  test('is moved through by arrow keys, and gives the focus back', async () => {
    const { user } = renderPart(menu)
    const trigger = screen.getByRole('button', { name: 'More actions' })
    trigger.focus()
    await user.keyboard('{Enter}')
    expect(await screen.findByRole('menu')).toBeDefined()
    await user.keyboard('{ArrowDown}{Enter}')
    expect(onDelete).toHaveBeenCalledTimes(1)
    await waitFor(() => expect(screen.queryByRole('menu')).toBeNull())
    expect(document.activeElement).toBe(trigger)
  })

  test('builds its items only when it opens, and anew each time', async () => {
    let built = 0
    const items = () => {
      built += 1
      return [{ id: 'built', label: `Build ${built}`, onSelect: () => {} }]
    }
    const closed = () => <Menu trigger={<IconButton icon="more" label="More actions" />} items={items} />
    const { user, rerender } = renderPart(closed())
    rerender(closed())
    expect(built).toBe(0)
    await user.click(screen.getByRole('button', { name: 'More actions' }))
    const first = (await screen.findByRole('menuitem')).textContent
    await user.keyboard('{Escape}')
    await waitFor(() => expect(screen.queryByRole('menu')).toBeNull())
    await user.click(screen.getByRole('button', { name: 'More actions' }))
    expect((await screen.findByRole('menuitem')).textContent).not.toBe(first)
  })

  test('leaves the focus where a command moved it, also while the menu was still open', async () => {
    const { user } = renderPart(
      <>
        <input aria-label="Field" />
        <Menu
          trigger={<IconButton icon="more" label="More actions" />}
          items={[{ id: 'show', label: 'Show', onSelect: () => screen.getByLabelText('Field').focus() }]}
        />
      </>,
    )
    await user.click(screen.getByRole('button', { name: 'More actions' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Show' }))
    await waitFor(() => expect(screen.queryByRole('menu')).toBeNull())
    // The focus is restored in a task of its own.
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(document.activeElement).toBe(screen.getByLabelText('Field'))
  })

  test('shows no tooltip of its button after a click, neither while it is open nor after it', async () => {
    const { user } = renderPart(menu)
    const trigger = screen.getByRole('button', { name: 'More actions' })
    await user.hover(trigger)
    await screen.findByRole('tooltip')
    await user.click(trigger)
    await screen.findByRole('menu')
    await waitFor(() => expect(screen.queryByRole('tooltip')).toBeNull())
    await user.click(screen.getByRole('menuitem', { name: /Copy/ }))
    await waitFor(() => expect(document.activeElement).toBe(trigger))
    expect(screen.queryByRole('tooltip')).toBeNull()
  })

  test('is inside the instance, so that its styles reach it', async () => {
    const { user } = renderPart(menu)
    await user.click(screen.getByRole('button', { name: 'More actions' }))
    expect((await screen.findByRole('menu')).closest('.tenon')).not.toBeNull()
  })
})

test('a popover closes on Escape and leaves the page usable while it is open', async () => {
  const onClick = vi.fn()
  const { user } = renderPart(
    <>
      <Popover trigger={<Button>Problems</Button>} label="Problems">
        <p>One problem</p>
      </Popover>
      <Button onClick={onClick}>Beside</Button>
    </>,
  )
  await user.click(screen.getByRole('button', { name: 'Problems' }))
  expect(await screen.findByRole('dialog', { name: 'Problems' })).toBeDefined()
  expect(document.body.style.pointerEvents).toBe('')
  await user.click(screen.getByRole('button', { name: 'Beside' }))
  expect(onClick).toHaveBeenCalledTimes(1)
  await user.click(screen.getByRole('button', { name: 'Problems' }))
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
})

test('tabs are moved through by arrow keys and render the chosen panel only', async () => {
  function Example() {
    const [tab, setTab] = useState<'setup' | 'log'>('setup')
    return (
      <Tabs
        label="Node"
        value={tab}
        onChange={setTab}
        items={[
          { id: 'setup', label: 'Setup', content: <p>Fields</p> },
          { id: 'log', label: 'Log', content: <p>Lines</p> },
        ]}
      />
    )
  }
  const { user } = renderPart(<Example />)
  screen.getByRole('tab', { name: 'Setup' }).focus()
  await user.keyboard('{ArrowRight}')
  expect(screen.getByRole('tabpanel', { name: 'Log' }).textContent).toBe('Lines')
  expect(screen.queryByText('Fields')).toBeNull()
})

describe('LiveRegion', () => {
  function Speaker({ onUndo }: { readonly onUndo: () => void }) {
    const { announce, toast } = useAnnouncer()
    return (
      <>
        <Button onClick={() => announce('Saved')}>Say</Button>
        <Button onClick={() => toast('Node deleted', { action: { label: 'Undo', onClick: onUndo } })}>Show</Button>
      </>
    )
  }

  test('says the same words twice when they are said twice', async () => {
    const { user, container } = renderPart(<Speaker onUndo={() => {}} />)
    const region = container.querySelector('[aria-live="polite"]')
    await user.click(screen.getByRole('button', { name: 'Say' }))
    const first = region?.textContent
    await user.click(screen.getByRole('button', { name: 'Say' }))
    expect(first).toBe('Saved')
    expect(region?.textContent?.trim()).toBe('Saved')
    expect(region?.textContent).not.toBe(first)
  })

  test('shows a toast with its one action, and takes it away', async () => {
    const onUndo = vi.fn()
    const { user } = renderPart(<Speaker onUndo={onUndo} />)
    await user.click(screen.getByRole('button', { name: 'Show' }))
    await user.click(screen.getByRole('button', { name: 'Undo' }))
    expect(onUndo).toHaveBeenCalledTimes(1)
    expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull()
  })

  test('keeps three toasts at most', async () => {
    const { user } = renderPart(<Speaker onUndo={() => {}} />)
    for (let index = 0; index < 5; index += 1) await user.click(screen.getByRole('button', { name: 'Show' }))
    expect(screen.getAllByRole('button', { name: 'Undo' })).toHaveLength(3)
    await user.click(screen.getAllByRole('button', { name: 'Dismiss' })[0] as HTMLElement)
    expect(screen.getAllByRole('button', { name: 'Undo' })).toHaveLength(2)
  })
})
