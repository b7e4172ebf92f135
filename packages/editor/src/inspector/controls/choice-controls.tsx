import type { Json } from '@tenon/core/document'
import { valueLabel } from '../../manifest/value-label.ts'
import { useUnreadable } from '../../session/use-unreadable.ts'
import { NumberInput } from '../../ui/number-input.tsx'
import { rangeOf } from '../../ui/number-range.ts'
import { Select } from '../../ui/select.tsx'
import { Switch } from '../../ui/switch.tsx'
import type { ControlProps } from './control-props.ts'
import { textFieldOf } from './text-of.ts'

/** Control for one of the values that the schema lists. */
export function SelectControl({ field, value, onChange, isReadOnly }: ControlProps) {
  const listed = field.schema.enum
  const choices: readonly Json[] = Array.isArray(listed) ? listed : []
  const current = value ?? field.schema.default
  const keyOf = (choice: Json) => JSON.stringify(choice)
  return (
    <Select
      value={current === undefined ? null : keyOf(current)}
      options={choices.map((choice) => ({ value: keyOf(choice), label: valueLabel(choice, field.schema) }))}
      disabled={isReadOnly}
      onChange={(key) => onChange(choices.find((choice) => keyOf(choice) === key))}
    />
  )
}

interface ChoicesControlProps extends ControlProps {
  readonly choices: readonly Json[]
}

/** Control for a set of the values that the schema lists, kept in the order of the schema. */
export function ChoicesControl({ field, value, onChange, isReadOnly, choices }: ChoicesControlProps) {
  const current = value ?? field.schema.default
  const chosen: readonly Json[] = Array.isArray(current) ? current : []
  return (
    <div className="tn-people-roles">
      {choices.map((choice) => (
        <label key={JSON.stringify(choice)} className="tn-check">
          <input
            type="checkbox"
            checked={chosen.includes(choice)}
            disabled={isReadOnly}
            onChange={({ target: { checked } }) =>
              onChange(choices.filter((other) => (other === choice ? checked : chosen.includes(other))))
            }
          />
          {valueLabel(choice, field.schema)}
        </label>
      ))}
    </div>
  )
}

export function NumberControl({ nodeId, field, value, onChange, isReadOnly }: ControlProps) {
  const unreadable = useUnreadable(textFieldOf(nodeId, field))
  const { type, multipleOf } = field.schema
  const current = value ?? field.schema.default
  return (
    <NumberInput
      {...unreadable}
      value={typeof current === 'number' ? current : null}
      onChange={(next) => onChange(next ?? undefined)}
      integer={type === 'integer'}
      step={typeof multipleOf === 'number' ? multipleOf : type === 'integer' ? 1 : 0.1}
      {...rangeOf(field.schema)}
      placeholder={field.meta.placeholder}
      disabled={isReadOnly}
    />
  )
}

export function SwitchControl({ field, value, onChange, isReadOnly }: ControlProps) {
  return <Switch checked={(value ?? field.schema.default) === true} onChange={onChange} disabled={isReadOnly} />
}
