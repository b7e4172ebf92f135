import { isDurationString, type JsonObject } from '@tenon/core/document'
import { useState } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import type { TypedTextField } from '../../session/use-typed-text.ts'
import { useUnreadable } from '../../session/use-unreadable.ts'
import { useFieldControl } from '../../ui/field.tsx'
import { NumberInput } from '../../ui/number-input.tsx'
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
}

/** Field for a duration as a number and a unit. */
export function DurationInput({ field, value, onChange, isReadOnly, placeholder, unit = 's' }: DurationInputProps) {
  const { t } = useInstance()
  const unreadable = useUnreadable(field)
  const { id } = useFieldControl()
  const parsed = parse(value)
  const [chosenUnit, setChosenUnit] = useState<Unit>(parsed?.unit ?? unit)
  const shownUnit = parsed?.unit ?? chosenUnit
  return (
    <span className="tn-duration">
      <NumberInput
        {...unreadable}
        aria-labelledby={id === undefined ? undefined : `${id}-label`}
        value={parsed?.amount ?? null}
        min={0}
        placeholder={placeholder}
        disabled={isReadOnly}
        onChange={(amount) => onChange(amount === null ? null : `${amount}${shownUnit}`)}
      />
      <Select
        aria-label={t('control.unit')}
        id={undefined}
        value={shownUnit}
        disabled={isReadOnly}
        options={UNITS.map((name) => ({ value: name, label: t(`unit.${name}`) }))}
        onChange={(next) => {
          setChosenUnit(next)
          if (parsed !== null) onChange(`${parsed.amount}${next}`)
        }}
      />
    </span>
  )
}

function firstExample({ examples }: JsonObject) {
  const [first] = Array.isArray(examples) ? examples : []
  return parse(typeof first === 'string' ? first : null)
}

function parse(text: string | null): { readonly amount: number; readonly unit: Unit } | null {
  if (text === null || !isDurationString(text)) return null
  const match = /^([\d.]+)(ms|s|m|h|d)$/.exec(text)
  return match === null ? null : { amount: Number(match[1]), unit: match[2] as Unit }
}
