import { isJsonObject, type Json } from '@tenon/core/document'
import { useContext } from 'react'
import { FilesContext } from '../../contexts/files-context.ts'
import { useInstance } from '../../instance/instance-context.ts'
import { valueLabel } from '../../manifest/value-label.ts'
import type { Translate } from '../../messages/format.ts'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { LaterPart } from '../../ui/later-part.tsx'
import { NumberInput } from '../../ui/number-input.tsx'
import { rangeOf } from '../../ui/number-range.ts'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Switch } from '../../ui/switch.tsx'
import { TextArea, TextInput } from '../../ui/text-input.tsx'
import type { FormErrors } from './form-errors.ts'
import { type FormField, initialValue } from './form-model.ts'
import { type FormPath, pathKey } from './form-values.ts'
import { JsonInput } from './json-input.tsx'

export interface FormFieldViewProps {
  readonly field: FormField
  readonly path: FormPath
  readonly value: Json | undefined
  readonly errors: FormErrors
  /** `undefined` empties the field. */
  readonly onChange: (path: FormPath, value: Json | undefined) => void
  /** Title that replaces the one of the field. */
  readonly title?: string
}

/** One field of a run form with its label, help and error. */
export function FormFieldView({ field, path, value, errors, onChange, title }: FormFieldViewProps) {
  const { t } = useInstance()
  const isGroup = field.kind === 'group' || field.kind === 'list'
  return (
    <Field
      label={title ?? field.title}
      required={field.isRequired}
      group={isGroup}
      help={helpOf(field, t)}
      {...(errors.has(pathKey(path)) ? { error: errors.get(pathKey(path)) } : {})}
    >
      {field.kind === 'group' ? (
        <div className="tn-form-group">
          {field.fields.map((member) => (
            <FormFieldView
              key={member.name}
              field={member}
              path={[...path, member.name]}
              value={isJsonObject(value) ? value[member.name] : undefined}
              errors={errors}
              onChange={onChange}
            />
          ))}
        </div>
      ) : field.kind === 'list' ? (
        <ListControl field={field} path={path} value={value} errors={errors} onChange={onChange} />
      ) : (
        <Control field={field} value={value} onChange={(next) => onChange(path, next)} />
      )}
    </Field>
  )
}

/** Returns the help text of a field; a field for JSON has an example of it. */
function helpOf({ kind, help, schema }: FormField, t: Translate): string | undefined {
  if (kind !== 'json') return help
  const { type } = schema
  const example = type === 'object' ? '{"name": "Ada"}' : type === 'array' ? '["Ada", 12]' : '"Ada", 12, true'
  const hint = t('runs.form.jsonHint', { example })
  return help === undefined ? hint : `${help} ${hint}`
}

interface ControlProps {
  readonly field: FormField
  readonly value: Json | undefined
  readonly onChange: (value: Json | undefined) => void
}

const INPUT_TYPES: ReadonlyMap<string, string> = new Map([
  ['email', 'email'],
  ['uri', 'url'],
  ['date', 'date'],
])

function Control({ field, value, onChange }: ControlProps) {
  const { placeholder, schema } = field
  const text = typeof value === 'string' ? value : ''
  const onText = (next: string) => onChange(next === '' && !field.isRequired ? undefined : next)
  switch (field.kind) {
    case 'text':
      return (
        <TextInput
          value={text}
          onChange={onText}
          placeholder={placeholder}
          type={INPUT_TYPES.get(String(schema['format'])) ?? 'text'}
        />
      )
    case 'area':
      return <TextArea value={text} onChange={onText} placeholder={placeholder} rows={3} />
    case 'number':
    case 'integer':
      return (
        <NumberInput
          value={typeof value === 'number' ? value : null}
          onChange={(next) => onChange(next ?? undefined)}
          placeholder={placeholder}
          integer={field.kind === 'integer'}
          {...rangeOf(schema)}
          {...(typeof schema['multipleOf'] === 'number' ? { step: schema['multipleOf'] } : {})}
        />
      )
    case 'boolean':
      return <Switch checked={value === true} onChange={onChange} />
    case 'file':
      return <FileControl schema={schema} value={value} onChange={onChange} />
    case 'choice':
      return <ChoiceControl field={field} value={value} onChange={onChange} />
    default:
      return <JsonInput value={value} onChange={onChange} />
  }
}

// Few forms have one.
const loadFileInput = () => import('../files/file-input.tsx')

/** Field for a file; as JSON where no files can be uploaded. */
function FileControl({
  schema,
  value,
  onChange,
}: Pick<ControlProps, 'value' | 'onChange'> & Pick<FormField, 'schema'>) {
  const files = useContext(FilesContext)
  if (files === null) return <JsonInput value={value} onChange={onChange} />
  return (
    <LaterPart load={loadFileInput} waiting={(trouble) => trouble ?? <Skeleton lines={1} height={34} />}>
      {({ FileInput }) => <FileInput files={files} schema={schema} value={value} onChange={onChange} />}
    </LaterPart>
  )
}

/** Identifies choices by their JSON text, since `1` and `"1"` may both be offered. */
function ChoiceControl({ field, value, onChange }: ControlProps) {
  const { t } = useInstance()
  const options = field.choices.map((choice) => ({
    value: JSON.stringify(choice),
    label: field.isParam
      ? valueLabel(choice, field.schema)
      : typeof choice === 'string'
        ? choice
        : JSON.stringify(choice),
  }))
  const none = { value: '', label: t('ui.none') }
  return (
    <Select
      value={value === undefined ? (field.isRequired ? null : '') : JSON.stringify(value)}
      options={field.isRequired ? options : [none, ...options]}
      onChange={(text) => onChange(field.choices.find((choice) => JSON.stringify(choice) === text))}
    />
  )
}

function ListControl({ field, path, value, errors, onChange }: FormFieldViewProps) {
  const { t } = useInstance()
  const items: readonly Json[] = Array.isArray(value) ? value : []
  const item = field.item
  if (item === null) return null
  const add = () => onChange([...path, items.length], initialValue(item) ?? EMPTY_ITEM[item.kind] ?? '')
  return (
    <div className="tn-form-group">
      {items.map((child, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: items are identified by their index, as in the errors
        <div key={index} className="tn-form-item">
          <FormFieldView
            field={item}
            path={[...path, index]}
            value={child}
            errors={errors}
            title={t('runs.form.item', { n: index + 1 })}
            onChange={(at, next) => onChange(at, next ?? (at.length === path.length + 1 ? '' : undefined))}
          />
          <IconButton
            icon="trash"
            size="s"
            label={t('runs.form.removeItem', { n: index + 1 })}
            onClick={() => onChange([...path, index], undefined)}
          />
        </div>
      ))}
      <div>
        <Button size="s" icon="plus" onClick={add}>
          {t('ui.addItem')}
        </Button>
      </div>
    </div>
  )
}

const EMPTY_ITEM: Readonly<Partial<Record<FormField['kind'], Json>>> = {
  number: 0,
  integer: 0,
  boolean: false,
  group: {},
  list: [],
  json: null,
}
