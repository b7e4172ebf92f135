import type { NodeId, ParamPath } from '@tenon/core/document'
import { type ComponentProps, useState } from 'react'
import { useInstance, useTranslate } from '../../instance/instance-context.ts'
import { useTypedText } from '../../session/use-typed-text.ts'
import { FieldNote } from '../../ui/field.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Select } from '../../ui/select.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { checkFieldName } from './field-names.ts'
import { SchemaFieldOptions } from './schema-field-options.tsx'
import { FIELD_TYPES, type FieldType, type SchemaField, type SchemaFieldChange } from './schema-fields.ts'

interface SchemaFieldRowProps {
  readonly nodeId: NodeId
  /** Unique among the fields of the editor. */
  readonly id: string
  /** Path of the schema. */
  readonly path: ParamPath
  readonly field: SchemaField
  readonly taken: readonly string[]
  readonly isNew: boolean
  readonly isReadOnly: boolean
  /** True if a dragged row would be inserted before this one. */
  readonly isDropTarget: boolean
  readonly grip: Pick<
    ComponentProps<'button'>,
    'onPointerDown' | 'onPointerMove' | 'onPointerUp' | 'onPointerCancel' | 'onKeyDown'
  >
  readonly onRename: (name: string) => void
  readonly onChange: (change: SchemaFieldChange) => void
  /** Called with the button that removes the row. */
  readonly onRemove: (button: HTMLElement) => void
}

/**
 * Row of one field: its name, below it type and required, then its description and its buttons, and on request its
 * options. Tab follows the order in which they are shown.
 */
export function SchemaFieldRow(props: SchemaFieldRowProps) {
  const { nodeId, id, path, field, isReadOnly, isDropTarget, grip, onChange, onRemove } = props
  const t = useTranslate()
  const [isOpen, setIsOpen] = useState(false)
  const { name } = field
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has a layout of its own
    <div
      role="group"
      aria-label={name}
      className="tn-schema-row"
      data-drop={isDropTarget || undefined}
      data-readonly={isReadOnly || undefined}
    >
      {!isReadOnly && (
        <IconButton className="tn-row-grip" icon="grip" size="s" label={t('schema.move', { name })} {...grip} />
      )}
      <FieldName {...props} />
      <div className="tn-schema-type">
        <TypeSelect field={field} isReadOnly={isReadOnly} onChange={onChange} />
      </div>
      <label className="tn-check">
        <input
          type="checkbox"
          checked={field.isRequired}
          disabled={isReadOnly}
          onChange={(event) => onChange({ isRequired: event.target.checked })}
        />
        {t('schema.required')}
      </label>
      <Description {...props} />
      <IconButton
        className="tn-schema-open"
        icon={isOpen ? 'chevronDown' : 'settings'}
        size="s"
        label={t('schema.options', { name })}
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
      />
      {!isReadOnly && (
        <IconButton
          className="tn-schema-remove"
          icon="close"
          size="s"
          label={t('schema.remove', { name })}
          onClick={(event) => onRemove(event.currentTarget)}
          data-remove-row
        />
      )}
      {isOpen && (
        <SchemaFieldOptions
          nodeId={nodeId}
          id={id}
          path={path}
          field={field}
          isReadOnly={isReadOnly}
          onChange={onChange}
        />
      )}
    </div>
  )
}

function FieldName({ nodeId, id, path, field, taken, isNew, isReadOnly, onRename }: SchemaFieldRowProps) {
  const { t, afterPress } = useInstance()
  const label = t('schema.name')
  const typed = useTypedText({
    field: { key: `${id}/name`, nodeId, path, label },
    value: field.name,
    commitOn: 'leave',
    check: (text) => checkFieldName(text.trim(), field.name, taken, t),
    onCommit: (text) => onRename(text.trim()),
  })
  return (
    <div className="tn-schema-name">
      <TextInput
        id={undefined}
        value={typed.text}
        onChange={typed.onChange}
        onBlur={typed.text.trim() === '' ? () => afterPress(typed.cancel) : typed.onBlur}
        onFocus={(event) => isNew && event.currentTarget.select()}
        onKeyDown={(event) => {
          if (event.key === 'Enter') typed.commit()
          if (event.key === 'Escape') typed.cancel()
        }}
        aria-label={label}
        aria-invalid={typed.error !== null || undefined}
        disabled={isReadOnly}
        spellCheck={false}
        autoFocus={isNew}
      />
      <FieldNote error={typed.error} />
    </div>
  )
}

type TypeSelectProps = Pick<SchemaFieldRowProps, 'field' | 'isReadOnly' | 'onChange'>

function TypeSelect({ field, isReadOnly, onChange }: TypeSelectProps) {
  const t = useTranslate()
  const types: readonly (FieldType | 'custom')[] = field.type === 'custom' ? ['custom', ...FIELD_TYPES] : FIELD_TYPES
  return (
    <Select<FieldType | 'custom'>
      id={undefined}
      aria-label={t('schema.type')}
      value={field.type}
      options={types.map((type) => ({ value: type, label: t(`schema.type.${type}`) }))}
      onChange={(type) => type !== 'custom' && onChange({ type })}
      disabled={isReadOnly}
    />
  )
}

function Description({ nodeId, id, path, field, isReadOnly, onChange }: SchemaFieldRowProps) {
  const t = useTranslate()
  const label = t('schema.description')
  const typed = useTypedText({
    field: { key: `${id}/description`, nodeId, path, label },
    value: field.description,
    onCommit: (text) => onChange({ description: text.trim() }),
  })
  return (
    <TextInput
      id={undefined}
      className="tn-schema-description"
      value={typed.text}
      onChange={typed.onChange}
      onBlur={typed.onBlur}
      aria-label={label}
      placeholder={t('schema.descriptionHint')}
      disabled={isReadOnly}
    />
  )
}
