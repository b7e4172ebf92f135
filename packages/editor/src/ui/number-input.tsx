import { type InputHTMLAttributes, useState } from 'react'
import { useInstance } from '../instance/instance-context.ts'
import type { MessageKey } from '../messages/en/index.ts'
import { classNames } from './class-names.ts'
import { FieldNote, useFieldControl } from './field.tsx'
import { typedKeys } from './key-handler.ts'
import { type NumberRange, rangeFault } from './number-range.ts'
import { useTypingPause } from './use-typing-pause.ts'

export interface NumberInputProps
  extends NumberRange,
    Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange' | 'type' | 'min' | 'max' | 'step'> {
  readonly value: number | null
  /** Called with the number, or `null` for an empty field; not called for invalid text and numbers out of range. */
  readonly onChange: (value: number | null) => void
  /** Step of the arrow keys. @defaultValue 1 */
  readonly step?: number
  readonly integer?: boolean
  /** True if an empty field is invalid. @defaultValue false */
  readonly isRequired?: boolean
  /** Returns the reason why a number is invalid; `null` if it is valid. @defaultValue every number in range is valid */
  readonly check?: (value: number) => string | null
  /** Invalid text that is shown at first instead of the value. */
  readonly unreadable?: string | null
  /** Called with invalid text, and with `null` once the text is valid. */
  readonly onUnreadable?: (text: string | null) => void
}

/**
 * Field for a number. It is a text field, since a native number field reacts to the mouse wheel and hides invalid text.
 * Invalid text and numbers out of range are kept, with the reason below, until Escape restores the value.
 */
export function NumberInput(props: NumberInputProps) {
  const { value, onChange, min, max, above, below, step = 1, integer = false, isRequired = false, ...others } = props
  const { check, unreadable = null, onUnreadable, className, onKeyDown, ...rest } = others
  const { t, locale } = useInstance()
  const field = useFieldControl()
  const [draft, setDraft] = useState<string | null>(unreadable)
  const { isTyping, typed, paused } = useTypingPause()
  const faultOf = (text: string): string | null => {
    const next = parseNumber(text)
    if (next === null && !isRequired) return null
    if (typeof next !== 'number' || (integer && !Number.isInteger(next))) return t(syntaxFault(text, integer))
    return check?.(next) ?? rangeFault(next, { min, max, above, below }, t, locale)
  }
  const change = (text: string) => {
    setDraft(text)
    typed()
    const isGood = faultOf(text) === null
    if (isGood !== (draft === null || faultOf(draft) === null) || !isGood) onUnreadable?.(isGood ? null : text)
    const next = parseNumber(text)
    if (isGood && next !== undefined) onChange(next)
  }
  const restore = () => {
    setDraft(null)
    paused()
    onUnreadable?.(null)
  }
  const nudge = (direction: 1 | -1) => {
    const next = clamp(roundTo((value ?? 0) + direction * step), min, max)
    // Beyond exclusive limits and `check`, no nearest valid number is known.
    if (faultOf(String(next)) !== null) return
    restore()
    onChange(next)
  }
  const fault = draft === null ? null : faultOf(draft)
  const isInvalid = fault !== null
  const input = (
    <input
      {...field}
      {...rest}
      {...(isInvalid ? { 'data-unreadable': '' } : {})}
      {...(isInvalid && !isTyping ? { 'aria-invalid': true } : {})}
      type="text"
      inputMode={integer ? 'numeric' : 'decimal'}
      role="spinbutton"
      aria-valuenow={value ?? undefined}
      aria-valuemin={min}
      aria-valuemax={max}
      className={classNames('tn-input', className)}
      value={draft ?? (value === null ? '' : String(value))}
      onChange={(event) => change(event.target.value)}
      onBlur={() => {
        paused()
        if (!isInvalid) setDraft(null)
      }}
      onKeyDown={typedKeys((event) => {
        onKeyDown?.(event)
        if (event.key === 'Escape' && isInvalid) {
          // The next Escape leaves the panel.
          event.stopPropagation()
          restore()
        }
        if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
        event.preventDefault()
        nudge(event.key === 'ArrowUp' ? 1 : -1)
      })}
    />
  )
  return (
    <>
      {input}
      <FieldNote error={isTyping ? null : fault} />
    </>
  )
}

const INTEGER = /^[+-]?\d+$/

/** Checks for a whole number that JavaScript would round. */
function isRounded(text: string): boolean {
  return INTEGER.test(text.trim()) && !Number.isSafeInteger(Number(text))
}

function syntaxFault(text: string, integer: boolean): MessageKey {
  if (isRounded(text)) return 'ui.tooManyDigits'
  return integer ? 'ui.notInteger' : 'ui.notNumber'
}

/**
 * Parses a number: `null` for an empty text, `undefined` for invalid text, infinite numbers, and whole numbers that
 * would be rounded.
 */
export function parseNumber(text: string): number | null | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return null
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) || isRounded(trimmed)) return undefined
  return Number.isFinite(Number(trimmed)) ? Number(trimmed) : undefined
}

function clamp(value: number, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY): number {
  return Math.min(max, Math.max(min, value))
}

/** Rounds away binary errors, so that 0.1 + 0.2 is 0.3. */
function roundTo(value: number): number {
  return Number(value.toFixed(12))
}
