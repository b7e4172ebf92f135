import { type InputHTMLAttributes, useState } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import type { MessageKey } from '../messages/en/index.ts'
import { classNames } from './class-names.ts'
import { FieldNote, useFieldControl } from './field.tsx'
import { useTypingPause } from './use-typing-pause.ts'

export interface NumberInputProps
  extends Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange' | 'type' | 'min' | 'max' | 'step'> {
  readonly value: number | null
  /** Called with the number, or `null` for an empty field; not called for invalid text. */
  readonly onChange: (value: number | null) => void
  readonly min?: number
  readonly max?: number
  /** Step of the arrow keys. @defaultValue 1 */
  readonly step?: number
  readonly integer?: boolean
  /** Invalid text that is shown at first instead of the value. */
  readonly unreadable?: string | null
  /** Called with invalid text, and with `null` once the text is valid. */
  readonly onUnreadable?: (text: string | null) => void
}

/**
 * Field for a number. It is a text field, since a native number field reacts to the mouse wheel and hides invalid text.
 * Invalid text is kept, with the reason below it.
 */
export function NumberInput(props: NumberInputProps) {
  const { value, onChange, min, max, step = 1, integer = false, className, ...others } = props
  const { unreadable = null, onUnreadable, ...rest } = others
  const t = useTranslate()
  const field = useFieldControl()
  const [draft, setDraft] = useState<string | null>(unreadable)
  const { isTyping, typed, paused } = useTypingPause()
  const isReadable = (text: string) => {
    const next = parseNumber(text)
    return next === null || (next !== undefined && (!integer || Number.isInteger(next)))
  }
  const change = (text: string) => {
    setDraft(text)
    typed()
    const isGood = isReadable(text)
    if (isGood !== (draft === null || isReadable(draft)) || !isGood) onUnreadable?.(isGood ? null : text)
    const next = parseNumber(text)
    if (isGood && next !== undefined) onChange(next)
  }
  const nudge = (direction: 1 | -1) => {
    const next = clamp(roundTo((value ?? 0) + direction * step), min, max)
    setDraft(null)
    onUnreadable?.(null)
    onChange(next)
  }
  const isInvalid = draft !== null && !isReadable(draft)
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
      onKeyDown={(event) => {
        if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
        event.preventDefault()
        nudge(event.key === 'ArrowUp' ? 1 : -1)
      }}
    />
  )
  return (
    <>
      {input}
      <FieldNote error={isInvalid && !isTyping ? t(faultOf(draft, integer)) : null} />
    </>
  )
}

const INTEGER = /^[+-]?\d+$/

/** Checks for a whole number that JavaScript would round. */
function isRounded(text: string): boolean {
  return INTEGER.test(text.trim()) && !Number.isSafeInteger(Number(text))
}

function faultOf(text: string, integer: boolean): MessageKey {
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
