import { Popover as RadixPopover } from 'radix-ui'
import { type ReactElement, type ReactNode, useState } from 'react'
import { useInstance } from '../instance/instance-context.ts'
import { useCloseOnBack } from '../instance/use-close-on-back.ts'
import { keepMovedFocus } from './keep-moved-focus.ts'

export interface PopoverProps {
  /** Button that opens the popover. */
  readonly trigger: ReactElement
  /** Accessible name of the popover. */
  readonly label: string
  readonly open?: boolean
  readonly onOpenChange?: (open: boolean) => void
  readonly side?: 'top' | 'bottom' | 'left' | 'right'
  readonly align?: 'start' | 'center' | 'end'
  readonly children: ReactNode
}

/** Small panel beside the button that opens it; the page remains usable, Escape closes it. */
export function Popover({
  trigger,
  label,
  open,
  onOpenChange,
  side = 'bottom',
  align = 'end',
  children,
}: PopoverProps) {
  const { portal } = useInstance()
  const [isOwnOpen, setIsOwnOpen] = useState(false)
  const isOpen = open ?? isOwnOpen
  const change = (next: boolean) => {
    setIsOwnOpen(next)
    onOpenChange?.(next)
  }
  useCloseOnBack(isOpen, () => change(false))
  return (
    <RadixPopover.Root open={isOpen} onOpenChange={change}>
      <RadixPopover.Trigger asChild>{trigger}</RadixPopover.Trigger>
      <RadixPopover.Portal container={portal}>
        <RadixPopover.Content
          className="tn-popover"
          aria-label={label}
          side={side}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          onCloseAutoFocus={keepMovedFocus}
        >
          {children}
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  )
}
