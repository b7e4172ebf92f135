import { type InputHTMLAttributes, useState } from 'react'
import { classNames } from './class-names.ts'
import { useFieldControl } from './field.tsx'

export interface NumberInputProps
  extends Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange' | 'type' | 'min' | 'max' | 'step'> {
  readonly value: number | null
  /** `null` when the field was emptied; not called for text that is no number. */
  readonly onChange: (value: number | null) => void
  readonly min?: number
  readonly max?: number
  /** What an arrow key adds. @defaultValue 1 */
  readonly step?: number
  readonly integer?: boolean
}

/**
 * A number. It is a text field, since a native number field changes under the mouse wheel and hides what
 * was typed wrongly.
 */
export function NumberInput(props: NumberInputProps) {
  const { value, onChange, min, max, step = 1, integer = false, className, ...rest } = props
  const field = useFieldControl()
  const [draft, setDraft] = useState<string | null>(null)
  const change = (text: string) => {
    setDraft(text)
    const next = parseNumber(text)
    if (next !== undefined && (next === null || !integer || Number.isInteger(next))) onChange(next)
  }
  const nudge = (direction: 1 | -1) => {
    const next = clamp(roundTo((value ?? 0) + direction * step), min, max)
    setDraft(null)
    onChange(next)
  }
  const isInvalid = draft !== null && parseNumber(draft) === undefined
  return (
    <input
      {...field}
      {...rest}
      {...(isInvalid ? { 'aria-invalid': true } : {})}
      type="text"
      inputMode={integer ? 'numeric' : 'decimal'}
      role="spinbutton"
      aria-valuenow={value ?? undefined}
      aria-valuemin={min}
      aria-valuemax={max}
      className={classNames('tn-input', className)}
      value={draft ?? (value === null ? '' : String(value))}
      onChange={(event) => change(event.target.value)}
      onBlur={() => setDraft(null)}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
        event.preventDefault()
        nudge(event.key === 'ArrowUp' ? 1 : -1)
      }}
    />
  )
}

/** `null` for an empty text, `undefined` for one that is no finite number. */
export function parseNumber(text: string): number | null | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return null
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) && Number.isFinite(Number(trimmed))
    ? Number(trimmed)
    : undefined
}

function clamp(value: number, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY): number {
  return Math.min(max, Math.max(min, value))
}

/** Keeps 0.1 + 0.2 at 0.3. */
function roundTo(value: number): number {
  return Number(value.toFixed(12))
}
