import type { Json, NodeId, ParamPath } from '@tenon/core/document'
import { ExpressionField } from '../../expression-field/expression-field.tsx'
import { useTranslate } from '../../instance/instance-context.ts'
import type { TypedTextField } from '../../session/use-typed-text.ts'
import { useUnreadable } from '../../session/use-unreadable.ts'
import { FieldRow } from '../../ui/field.tsx'
import { NumberInput } from '../../ui/number-input.tsx'
import { Select } from '../../ui/select.tsx'
import { Switch } from '../../ui/switch.tsx'
import { JsonText } from './json-text.tsx'
import { textOf } from './text-of.ts'
import { convertValue, VALUE_TYPES, type ValueType, valueTypeOf } from './value-types.ts'

interface TypedValueProps {
  readonly nodeId: NodeId
  readonly path: ParamPath
  readonly name: string
  readonly field: TypedTextField
  readonly value: Json | undefined
  readonly onChange: (value: Json) => void
  readonly isReadOnly: boolean
  readonly isInvalid: boolean
}

/**
 * Control for a value of any type: a list of types, and after it the field for the type. The type is that of the stored
 * JSON.
 */
export function TypedValue(props: TypedValueProps) {
  const { path, name, value, onChange, isReadOnly, isInvalid } = props
  const t = useTranslate()
  const type = valueTypeOf(value)
  return (
    <div className="tn-typed-value">
      <Select
        id={undefined}
        aria-label={t('control.typeOf', { name })}
        value={type}
        onChange={(next) => onChange(convertValue(value, next))}
        options={VALUE_TYPES.map((each) => ({ value: each, label: t(`control.type.${each}`) }))}
        disabled={isReadOnly}
      />
      <div className="tn-typed-field" data-param={path.join('.')}>
        <FieldRow isInvalid={isInvalid}>
          <ValueField {...props} type={type} />
        </FieldRow>
      </div>
    </div>
  )
}

function ValueField(props: TypedValueProps & { readonly type: ValueType }) {
  const { nodeId, path, name, field, value, onChange, isReadOnly, isInvalid, type } = props
  const t = useTranslate()
  const unreadable = useUnreadable(field)
  const label = t('control.valueOf', { name })
  switch (type) {
    case 'number':
      return (
        <NumberInput
          {...unreadable}
          value={value as number}
          isRequired
          onChange={(next) => {
            if (next !== null) onChange(next)
          }}
          aria-label={label}
          disabled={isReadOnly}
        />
      )
    case 'boolean':
      return <Switch checked={value === true} onChange={onChange} label={label} disabled={isReadOnly} />
    case 'list':
    case 'object':
      return (
        <JsonText
          field={field}
          value={value}
          hasKeyOrder
          onChange={(next) => {
            if (next !== undefined) onChange(next)
          }}
          isReadOnly={isReadOnly}
        />
      )
    default:
      return (
        <ExpressionField
          nodeId={nodeId}
          path={path}
          value={textOf(value)}
          onChange={onChange}
          placeholder={t('control.value')}
          label={label}
          isReadOnly={isReadOnly}
          isInvalid={isInvalid}
        />
      )
  }
}
