import type { SelectHTMLAttributes } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { classNames } from './class-names.ts'
import { useFieldControl } from './field.tsx'
import { Icon } from './icon.tsx'

export interface SelectOption<Value extends string = string> {
  readonly value: Value
  readonly label: string
  readonly disabled?: boolean
}

export interface SelectProps<Value extends string = string>
  extends Omit<SelectHTMLAttributes<HTMLSelectElement>, 'value' | 'onChange' | 'children'> {
  /** Selected value; `null` if none. */
  readonly value: Value | null
  readonly onChange: (value: Value) => void
  readonly options: readonly SelectOption<Value>[]
  /** Text without a selection. @defaultValue 'Choose' */
  readonly placeholder?: string
}

/** Choice from a list, with the native select element. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const { value, onChange, options, placeholder, className, ...rest } = props
  const t = useTranslate()
  const field = useFieldControl()
  const isKnown = value !== null && options.some((option) => option.value === value)
  return (
    <span className={classNames('tn-select', className)}>
      <select
        {...field}
        {...rest}
        className="tn-input"
        data-empty={value === null || undefined}
        value={value ?? ''}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value)
          if (chosen !== undefined) onChange(chosen.value)
        }}
      >
        {value === null && (
          <option value="" disabled>
            {placeholder ?? t('ui.choose')}
          </option>
        )}
        {/* A stored value that is no longer offered stays visible instead of changing silently. */}
        {value !== null && !isKnown && <option value={value}>{value}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
      <Icon name="chevronDown" />
    </span>
  )
}
