import { Tooltip as RadixTooltip } from 'radix-ui'
import { type ReactElement, type ReactNode, useRef, useState } from 'react'
import { useInstance } from '../instance/instance-context.ts'

export interface TooltipProps {
  readonly content: ReactNode
  readonly shortcut?: string | undefined
  readonly side?: 'top' | 'bottom' | 'left' | 'right'
  /** One focusable element that accepts a ref. */
  readonly children: ReactElement
}

/** A short text that appears beside a control on hover and on focus. */
export function Tooltip({ content, shortcut, side = 'bottom', children }: TooltipProps) {
  const { portal } = useInstance()
  const [isOpen, setIsOpen] = useState(false)
  const isOver = useRef(false)
  const trigger = useRef<HTMLButtonElement>(null)
  // A menu or dialog gives the focus back to its button when it closes; after a click, that shows no tooltip.
  const change = (open: boolean) =>
    setIsOpen(open && (isOver.current || trigger.current?.matches(':focus-visible') === true))
  return (
    <RadixTooltip.Provider delayDuration={400}>
      <RadixTooltip.Root open={isOpen} onOpenChange={change}>
        <RadixTooltip.Trigger
          ref={trigger}
          asChild
          onPointerEnter={({ pointerType }) => {
            isOver.current = pointerType !== 'touch'
          }}
          onPointerLeave={() => {
            isOver.current = false
          }}
          // A menu that opens on pointer down keeps Radix from seeing it.
          onPointerDownCapture={() => {
            isOver.current = false
            setIsOpen(false)
          }}
        >
          {children}
        </RadixTooltip.Trigger>
        <RadixTooltip.Portal container={portal}>
          <RadixTooltip.Content className="tn-tooltip" side={side} sideOffset={6} collisionPadding={8}>
            {content}
            {shortcut !== undefined && <kbd className="tn-kbd">{shortcut}</kbd>}
          </RadixTooltip.Content>
        </RadixTooltip.Portal>
      </RadixTooltip.Root>
    </RadixTooltip.Provider>
  )
}
