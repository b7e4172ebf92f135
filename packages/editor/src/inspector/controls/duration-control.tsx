import { isDurationString } from '@tenon/core/document'
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
  const current = value ?? field.schema.default
  return (
    <DurationInput
      field={textFieldOf(nodeId, field)}
      value={typeof current === 'string' ? current : null}
      onChange={(next) => onChange(next ?? undefined)}
      isReadOnly={isReadOnly}
      placeholder={field.meta.placeholder}
    />
  )
}

interface DurationInputProps {
  readonly field: TypedTextField
  /** `'30s'`; `null` while there is none. */
  readonly value: string | null
  readonly onChange: (value: string | null) => void
  readonly isReadOnly: boolean
  readonly placeholder?: string | undefined
}

/** A length of time as a number and its unit. */
export function DurationInput({ field, value, onChange, isReadOnly, placeholder }: DurationInputProps) {
  const { t } = useInstance()
  const unreadable = useUnreadable(field)
  const { id } = useFieldControl()
  const parsed = parse(value) ?? parse(placeholder ?? null)
  const [unit, setUnit] = useState<Unit>(parsed?.unit ?? 's')
  const shownUnit = parse(value)?.unit ?? unit
  return (
    <span className="tn-duration">
      <NumberInput
        {...unreadable}
        aria-labelledby={id === undefined ? undefined : `${id}-label`}
        value={parse(value)?.amount ?? null}
        min={0}
        placeholder={String(parse(placeholder ?? null)?.amount ?? '')}
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
          setUnit(next)
          const amount = parse(value)?.amount
          if (amount !== undefined) onChange(`${amount}${next}`)
        }}
      />
    </span>
  )
}

function parse(text: string | null): { readonly amount: number; readonly unit: Unit } | null {
  if (text === null || !isDurationString(text)) return null
  const match = /^([\d.]+)(ms|s|m|h|d)$/.exec(text)
  return match === null ? null : { amount: Number(match[1]), unit: match[2] as Unit }
}
