import { durationToMs, isDurationString, type JsonObject, LONGEST_DURATIONS } from '@tenon/core/document'
import { useState } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { useSession } from '../../session/session-context.tsx'
import type { TypedTextField } from '../../session/use-typed-text.ts'
import { useUnreadable } from '../../session/use-unreadable.ts'
import { useFieldControl } from '../../ui/field.tsx'
import { NumberInput, parseNumber } from '../../ui/number-input.tsx'
import { formatLimit } from '../../ui/number-range.ts'
import { Select } from '../../ui/select.tsx'
import type { ControlProps } from './control-props.ts'
import { textFieldOf } from './text-of.ts'

const UNITS = ['ms', 's', 'm', 'h', 'd'] as const
type Unit = (typeof UNITS)[number]

export function DurationControl({ nodeId, field, value, onChange, isReadOnly }: ControlProps) {
  const { t } = useInstance()
  const { placeholder } = field.meta
  const example = parse(placeholder ?? null)
  const usual = example ?? firstExample(field.schema)
  const current = value ?? field.schema.default
  return (
    <DurationInput
      field={textFieldOf(nodeId, field)}
      value={typeof current === 'string' ? current : null}
      onChange={(next) => onChange(next ?? undefined)}
      isReadOnly={isReadOnly}
      placeholder={example === null ? placeholder : t('control.example', { value: String(example.amount) })}
      unit={usual?.unit}
      units={field.meta.units}
    />
  )
}

interface DurationInputProps {
  readonly field: TypedTextField
  /** Duration such as `'30s'`; `null` if none. */
  readonly value: string | null
  readonly onChange: (value: string | null) => void
  readonly isReadOnly: boolean
  /** Meaning of an empty field. A number alone would look like a value. */
  readonly placeholder?: string | undefined
  /** Initial unit without a value. @defaultValue 's' */
  readonly unit?: Unit | undefined
  /** Units to choose from, and that of the value. @defaultValue all */
  readonly units?: readonly Unit[] | undefined
  /** Shortest duration in milliseconds. @defaultValue 0 */
  readonly minMs?: number
  /** Longest duration in milliseconds. @defaultValue the longest that a document can have */
  readonly maxMs?: number
}

/** Field for a duration as a number and a unit. */
export function DurationInput(props: DurationInputProps) {
  const {
    field,
    value,
    onChange,
    isReadOnly,
    placeholder,
    units = UNITS,
    unit = units.includes('s') ? 's' : units[0],
    minMs = 0,
    maxMs = Number.POSITIVE_INFINITY,
  } = props
  const { t, locale } = useInstance()
  const { input } = useSession()
  const { onUnreadable } = useUnreadable(field)
  const { id } = useFieldControl()
  const parsed = parse(value)
  const refused = splitRefused(input.refusedText(field.key))
  const [chosenUnit, setChosenUnit] = useState<Unit>(parsed?.unit ?? unit ?? 's')
  const shownUnit = refused?.unit ?? parsed?.unit ?? chosenUnit
  const minOf = (name: Unit) => Math.ceil((minMs / durationToMs(`1${name}`)) * 1_000) / 1_000
  const maxOf = (name: Unit) =>
    Math.min(LONGEST_DURATIONS[name], Math.floor((maxMs / durationToMs(`1${name}`)) * 1_000) / 1_000)
  const faultOf = (amount: number, name: Unit): string | null => {
    const [min, max] = [minOf(name), maxOf(name)]
    if (amount < min || amount > max) {
      const limits = { min: formatLimit(min, locale), max: formatLimit(max, locale) }
      return t('control.durationRange', { ...limits, unit: t(`unit.${name}`) })
    }
    return isDurationString(`${amount}${name}`) ? null : t('control.durationDecimals')
  }
  const changeUnit = (next: Unit) => {
    setChosenUnit(next)
    // Read again: a text that was refused after the last render counts, too.
    const text = splitRefused(input.refusedText(field.key))?.text ?? (parsed === null ? '' : String(parsed.amount))
    const amount = parseNumber(text)
    if (amount === null) return
    const isGood = amount !== undefined && faultOf(amount, next) === null
    onUnreadable(isGood ? null : `${text} ${next}`)
    if (isGood) onChange(`${amount}${next}`)
  }
  return (
    <span className="tn-duration">
      <NumberInput
        key={shownUnit}
        unreadable={refused?.text ?? null}
        onUnreadable={(text) => onUnreadable(text === null ? null : `${text} ${shownUnit}`)}
        aria-labelledby={id === undefined ? undefined : `${id}-label`}
        value={parsed?.amount ?? null}
        min={minOf(shownUnit)}
        max={maxOf(shownUnit)}
        check={(amount) => faultOf(amount, shownUnit)}
        placeholder={placeholder}
        disabled={isReadOnly}
        onChange={(amount) => onChange(amount === null ? null : `${amount}${shownUnit}`)}
      />
      <Select
        aria-label={t('control.unit')}
        id={undefined}
        value={shownUnit}
        disabled={isReadOnly}
        options={UNITS.filter((name) => units.includes(name) || name === shownUnit).map((name) => ({
          value: name,
          label: t(`unit.${name}`),
        }))}
        onChange={changeUnit}
      />
    </span>
  )
}

function firstExample({ examples }: JsonObject) {
  const [first] = Array.isArray(examples) ? examples : []
  return parse(typeof first === 'string' ? first : null)
}

/** Splits a refused text, which is kept with its unit: `-5 s`. */
function splitRefused(refused: string | null): { readonly text: string; readonly unit: Unit } | null {
  const at = refused?.lastIndexOf(' ') ?? -1
  return refused === null || at < 0 ? null : { text: refused.slice(0, at), unit: refused.slice(at + 1) as Unit }
}

// A stored duration out of range is shown, so that it can be corrected.
function parse(text: string | null): { readonly amount: number; readonly unit: Unit } | null {
  if (text === null) return null
  const match = /^(-?\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text)
  return match === null ? null : { amount: Number(match[1]), unit: match[2] as Unit }
}
