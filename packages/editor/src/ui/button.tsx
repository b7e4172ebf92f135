import { type ButtonHTMLAttributes, forwardRef, type ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { Icon } from './icon.tsx'
import type { IconName } from './icons.ts'

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** One `primary` on a screen. @defaultValue 'plain' */
  readonly variant?: 'plain' | 'primary' | 'ghost' | 'danger'
  /** `s` for rows and cards. @defaultValue 'm' */
  readonly size?: 'm' | 's'
  readonly icon?: IconName
  /** True while work is in progress: the button keeps its size, ignores clicks and reports that it is busy. */
  readonly busy?: boolean
  readonly children?: ReactNode
}

/** Button; label it with a verb. */
export const Button = forwardRef<HTMLButtonElement, ButtonProps>(function Button(props, ref) {
  const { variant = 'plain', size = 'm', icon, busy = false, className, ...rest } = props
  const { children, disabled, onClick, type = 'button', ...attributes } = rest
  return (
    <button
      {...attributes}
      ref={ref}
      type={type}
      className={classNames('tn-button', className)}
      data-variant={variant}
      data-size={size}
      disabled={disabled}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {icon !== undefined && <Icon name={icon} size={size === 'm' ? 16 : 14} />}
      {children}
    </button>
  )
})
