import { DropdownMenu } from 'radix-ui'
import { type ReactElement, useState } from 'react'
import { useInstance } from '../instance/instance-context.ts'
import { useCloseOnBack } from '../instance/use-close-on-back.ts'
import { Icon } from './icon.tsx'
import type { IconName } from './icons.ts'
import { keepMovedFocus } from './keep-moved-focus.ts'

export type MenuItem =
  | {
      readonly id: string
      readonly label: string
      readonly onSelect: () => void
      readonly icon?: IconName
      readonly shortcut?: string
      readonly disabled?: boolean
      /** True for a destructive command. */
      readonly danger?: boolean
    }
  | 'separator'

export interface MenuProps {
  /** Button that opens the menu. */
  readonly trigger: ReactElement
  /** Commands; a function builds them when the menu opens. */
  readonly items: readonly MenuItem[] | (() => readonly MenuItem[])
  readonly align?: 'start' | 'center' | 'end'
}

/** Menu of commands that a button opens. */
export function Menu({ trigger, items, align = 'end' }: MenuProps) {
  const { portal, dir } = useInstance()
  const [isOpen, setIsOpen] = useState(false)
  useCloseOnBack(isOpen, () => setIsOpen(false))
  return (
    <DropdownMenu.Root modal={false} dir={dir} open={isOpen} onOpenChange={setIsOpen}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal container={portal}>
        <DropdownMenu.Content
          className="tn-menu"
          align={align}
          sideOffset={4}
          collisionPadding={8}
          loop
          onCloseAutoFocus={keepMovedFocus}
        >
          <MenuItems items={items} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

// Rendered while the menu is open only, so that a closed one builds nothing.
function MenuItems({ items }: Pick<MenuProps, 'items'>) {
  const list = typeof items === 'function' ? items() : items
  return list.map((item, index) =>
    item === 'separator' ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: separators are all alike
      <DropdownMenu.Separator key={`separator-${index}`} className="tn-menu-separator" />
    ) : (
      <DropdownMenu.Item
        key={item.id}
        className="tn-menu-item"
        data-danger={item.danger || undefined}
        disabled={item.disabled ?? false}
        onSelect={item.onSelect}
      >
        {item.icon !== undefined && <Icon name={item.icon} />}
        <span className="tn-menu-label" dir="auto">
          {item.label}
        </span>
        {item.shortcut !== undefined && <kbd className="tn-kbd">{item.shortcut}</kbd>}
      </DropdownMenu.Item>
    ),
  )
}
