import { type ButtonHTMLAttributes, forwardRef } from 'react'
import { classNames } from './class-names.ts'
import { Icon } from './icon.tsx'
import type { IconName } from './icons.ts'
import { Tooltip } from './tooltip.tsx'

export interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'aria-label' | 'children'> {
  /** Accessible name, also shown as a tooltip. */
  readonly label: string
  readonly icon: IconName
  readonly size?: 'm' | 's'
  /** Keyboard shortcut, shown in the tooltip. */
  readonly shortcut?: string
  /** For buttons that stay pressed. */
  readonly pressed?: boolean
}

/** A button that is only an icon. */
export const IconButton = forwardRef<HTMLButtonElement, IconButtonProps>(function IconButton(props, ref) {
  const { label, icon, size = 'm', shortcut, pressed, className, ...rest } = props
  return (
    <Tooltip content={label} shortcut={shortcut}>
      <button
        type="button"
        {...rest}
        ref={ref}
        className={classNames('tn-icon-button', className)}
        data-size={size}
        aria-label={label}
        aria-pressed={pressed}
      >
        <Icon name={icon} size={size === 'm' ? 18 : 16} />
      </button>
    </Tooltip>
  )
})
