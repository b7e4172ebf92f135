import { type ReactNode, useId } from 'react'

export interface SegmentedControlProps<Value extends string> {
  readonly label: string
  readonly value: Value
  readonly onChange: (value: Value) => void
  readonly options: readonly { readonly value: Value; readonly label: ReactNode; readonly disabled?: boolean }[]
  readonly size?: 'm' | 's'
}

/** Choice between two to five short labels, all visible; arrow keys change it. */
export function SegmentedControl<Value extends string>(props: SegmentedControlProps<Value>) {
  const { label, value, onChange, options, size = 'm' } = props
  const name = useId()
  return (
    <div className="tn-segmented" role="radiogroup" aria-label={label} data-size={size}>
      {options.map((option) => (
        <label key={option.value} className="tn-segment" data-checked={option.value === value || undefined}>
          <input
            type="radio"
            className="tn-segment-input"
            name={name}
            value={option.value}
            checked={option.value === value}
            disabled={option.disabled}
            onChange={() => onChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </div>
  )
}
