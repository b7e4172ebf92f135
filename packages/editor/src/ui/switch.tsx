import { useFieldControl } from './field.tsx'

export interface SwitchProps {
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  /** Text beside the switch; inside a field the label of the field is used. */
  readonly label?: string
  readonly disabled?: boolean
}

/** Switch that takes effect at once. */
export function Switch({ checked, onChange, label, disabled = false }: SwitchProps) {
  const field = useFieldControl()
  const control = (
    <button
      {...(label === undefined ? field : {})}
      type="button"
      role="switch"
      aria-checked={checked}
      aria-label={label}
      disabled={disabled}
      className="tn-switch"
      onClick={() => onChange(!checked)}
    >
      <span className="tn-switch-thumb" />
    </button>
  )
  if (label === undefined) return control
  return (
    <span className="tn-switch-row">
      {control}
      {/* The button carries the name; the text beside it only widens the target. */}
      <span aria-hidden="true" onClick={disabled ? undefined : () => onChange(!checked)}>
        {label}
      </span>
    </span>
  )
}
