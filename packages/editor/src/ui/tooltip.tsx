import { Tooltip as RadixTooltip } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'
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
  return (
    <RadixTooltip.Provider delayDuration={400}>
      <RadixTooltip.Root>
        <RadixTooltip.Trigger asChild>{children}</RadixTooltip.Trigger>
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
