import { useId } from 'react'
import { Icon } from '../../ui/icon.tsx'
import type { IconName } from '../../ui/icons.ts'

interface ParkedActionProps {
  readonly icon: IconName
  readonly label: string
  readonly help: string
  /** True for a resolution that is not possible. */
  readonly isDisabled: boolean
  /** True while a resolution is sent: the button ignores clicks, but keeps the focus. */
  readonly isBlocked: boolean
  readonly isBusy: boolean
  readonly isDanger: boolean
  readonly onClick: () => void
}

/** Button with a sentence about what it does. */
export function ParkedAction(props: ParkedActionProps) {
  const { icon, label, help, isDisabled, isBlocked, isBusy, isDanger, onClick } = props
  const helpId = useId()
  return (
    <li>
      <button
        type="button"
        className="tn-parked-action"
        aria-label={label}
        aria-describedby={helpId}
        aria-busy={isBusy || undefined}
        aria-disabled={isBlocked || undefined}
        data-danger={isDanger || undefined}
        disabled={isDisabled}
        onClick={isBlocked ? undefined : onClick}
      >
        <Icon name={icon} size={16} />
        <span>
          <b className="tn-strong">{label}</b>
          <span id={helpId} className="tn-muted">
            {help}
          </span>
        </span>
      </button>
    </li>
  )
}
