import { isJsonObject, type Json, type NodeId, type ParamPath } from '@tenon/core/document'
import { useTranslate } from '../../instance/instance-context.ts'
import { useBurst } from '../../session/use-burst.ts'
import { type TypedTextField, useTypedText } from '../../session/use-typed-text.ts'
import { useUnreadable } from '../../session/use-unreadable.ts'
import { Chip } from '../../ui/chip.tsx'
import { Field } from '../../ui/field.tsx'
import { NumberInput } from '../../ui/number-input.tsx'
import { Select } from '../../ui/select.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { AddText } from './add-text.tsx'
import { JsonText } from './json-text.tsx'
import { type SchemaField, type SchemaFieldChange, valueOfText } from './schema-fields.ts'
import { textOf } from './text-of.ts'

interface SchemaFieldOptionsProps {
  readonly nodeId: NodeId
  /** Unique among the fields of the editor. */
  readonly id: string
  /** Path of the schema. */
  readonly path: ParamPath
  readonly field: SchemaField
  readonly isReadOnly: boolean
  readonly onChange: (change: SchemaFieldChange) => void
}

const FORMATS = ['email', 'uri', 'date', 'time', 'date-time', 'duration', 'uuid', 'hostname', 'ipv4', 'ipv6'] as const
const WITH_CHOICES: readonly string[] = ['string', 'number', 'integer']

/** Form for the default, the format and the allowed values of one field. */
export function SchemaFieldOptions(props: SchemaFieldOptionsProps) {
  const { field, isReadOnly, onChange } = props
  const t = useTranslate()
  return (
    <div className="tn-schema-options">
      {field.type !== 'file' && (
        <Field label={t('schema.default')} group={field.type === 'custom'}>
          <DefaultInput {...props} />
        </Field>
      )}
      {field.type === 'string' && (
        <Field label={t('schema.format')}>
          <Select
            value={field.format}
            options={[
              { value: '', label: t('schema.noFormat') },
              ...FORMATS.map((value) => ({ value: value as string, label: t(`schema.format.${value}`) })),
            ]}
            disabled={isReadOnly}
            onChange={(format) => onChange({ format })}
          />
        </Field>
      )}
      {WITH_CHOICES.includes(field.type) && (
        <Field label={t('schema.choices')} help={t('schema.choicesHelp')} group>
          <Choices {...props} />
        </Field>
      )}
    </div>
  )
}

function Choices({ field, isReadOnly, onChange }: SchemaFieldOptionsProps) {
  const t = useTranslate()
  const { choices, type } = field
  const texts = choices.map(textOfValue)
  const check = (text: string) => {
    const value = valueOfText(type, text)
    if (value === undefined) return t(type === 'integer' ? 'ui.notInteger' : 'ui.notNumber')
    return texts.includes(textOfValue(value)) ? t('control.valueTaken', { value: text }) : null
  }
  return (
    <>
      {choices.length > 0 && (
        <div className="tn-people-named">
          {choices.map((choice, index) => (
            <Chip
              key={texts[index]}
              {...(isReadOnly
                ? {}
                : { onRemove: () => onChange({ choices: choices.filter((other) => other !== choice) }) })}
            >
              {shownValue(choice)}
            </Chip>
          ))}
        </div>
      )}
      {!isReadOnly && (
        <AddText
          label={t('schema.addChoice')}
          check={check}
          onAdd={(text) => {
            const value = valueOfText(type, text)
            if (value !== undefined) onChange({ choices: [...choices, value] })
          }}
        />
      )}
    </>
  )
}

/** Field for a default: a choice of the allowed values, if these are listed. */
function DefaultInput({ nodeId, id, path, field, isReadOnly, onChange }: SchemaFieldOptionsProps) {
  const t = useTranslate()
  const inBurst = useBurst()
  const { fallback, choices, type } = field
  const own: TypedTextField = { key: `${id}/default`, nodeId, path, label: t('schema.default') }
  const unreadable = useUnreadable(own)
  const offered: readonly Json[] = choices.length > 0 ? choices : type === 'boolean' ? [true, false] : []
  if (offered.length > 0) {
    return (
      <Select
        value={fallback === undefined ? '' : textOfValue(fallback)}
        options={[
          { value: '', label: t('ui.none') },
          ...offered.map((value) => ({ value: textOfValue(value), label: labelOf(value) })),
        ]}
        disabled={isReadOnly}
        onChange={(text) => onChange({ fallback: offered.find((value) => textOfValue(value) === text) })}
      />
    )
  }
  if (type === 'string') {
    return (
      <DefaultText
        field={own}
        value={typeof fallback === 'string' ? fallback : ''}
        isReadOnly={isReadOnly}
        onChange={(text) => onChange({ fallback: text === '' ? undefined : text })}
      />
    )
  }
  if (type === 'number' || type === 'integer') {
    return (
      <NumberInput
        {...unreadable}
        value={typeof fallback === 'number' ? fallback : null}
        integer={type === 'integer'}
        disabled={isReadOnly}
        onChange={(value) => {
          const change = () => onChange({ fallback: value ?? undefined })
          inBurst({ field: 'default', before: textOf(fallback), after: textOf(value ?? undefined) }, change)
        }}
      />
    )
  }
  return (
    <JsonText
      field={own}
      value={fallback}
      isOptional
      isReadOnly={isReadOnly}
      onChange={(value) => onChange({ fallback: value })}
    />
  )

  function labelOf(value: Json): string {
    if (type !== 'boolean') return shownValue(value)
    return value === true ? t('schema.yes') : t('schema.no')
  }
}

interface DefaultTextProps {
  readonly field: TypedTextField
  readonly value: string
  readonly isReadOnly: boolean
  readonly onChange: (text: string) => void
}

function DefaultText({ field, value, isReadOnly, onChange }: DefaultTextProps) {
  const typed = useTypedText({ field, value, onCommit: onChange, isSame: (text, stored) => text === stored })
  return <TextInput value={typed.text} onChange={typed.onChange} onBlur={typed.onBlur} disabled={isReadOnly} />
}

/** Returns a key that distinguishes `1` and `"1"`. */
function textOfValue(value: Json): string {
  return JSON.stringify(value)
}

function shownValue(value: Json): string {
  return typeof value === 'string' ? value : isJsonObject(value) ? '{…}' : JSON.stringify(value)
}
