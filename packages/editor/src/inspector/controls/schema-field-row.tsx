import { useState } from 'react'
import { useTranslate } from '../../instance/instance-context.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { Select } from '../../ui/select.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { FIELD_TYPES, type SchemaField } from './schema-fields.ts'

interface SchemaFieldRowProps {
  readonly field: SchemaField
  readonly taken: readonly string[]
  readonly isNew: boolean
  readonly isReadOnly: boolean
  readonly onRename: (name: string) => void
  readonly onChange: (change: Partial<Omit<SchemaField, 'name'>>) => void
  readonly onRemove: () => void
}

/** Name and type of one field, and below it what it means and whether it must be there. */
export function SchemaFieldRow(props: SchemaFieldRowProps) {
  const { field, taken, isNew, isReadOnly, onRename, onChange, onRemove } = props
  const t = useTranslate()
  const [name, setName] = useState<string | null>(null)
  const [description, setDescription] = useState<string | null>(null)
  const commitName = () => {
    const next = (name ?? field.name).trim()
    setName(null)
    if (/^[A-Za-z_][\w-]*$/.test(next) && next !== field.name && !taken.includes(next)) onRename(next)
  }
  const commitDescription = () => {
    if (description !== null && description !== field.description) onChange({ description: description.trim() })
    setDescription(null)
  }
  return (
    <div className="tn-schema-row">
      <TextInput
        id={undefined}
        className="tn-schema-name"
        value={name ?? field.name}
        onChange={setName}
        onBlur={commitName}
        onFocus={(event) => isNew && event.currentTarget.select()}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur()
        }}
        aria-label={t('schema.name')}
        disabled={isReadOnly}
        spellCheck={false}
        autoFocus={isNew}
      />
      <Select
        id={undefined}
        aria-label={t('schema.type')}
        value={field.type}
        options={FIELD_TYPES.map((type) => ({ value: type, label: t(`schema.type.${type}`) }))}
        onChange={(type) => onChange({ type })}
        disabled={isReadOnly}
      />
      {!isReadOnly && (
        <IconButton icon="close" size="s" label={t('schema.remove', { name: field.name })} onClick={onRemove} />
      )}
      <div className="tn-schema-more">
        <TextInput
          id={undefined}
          className="tn-schema-description"
          value={description ?? field.description}
          onChange={setDescription}
          onBlur={commitDescription}
          aria-label={t('schema.description')}
          placeholder={t('schema.descriptionHint')}
          disabled={isReadOnly}
        />
        <label className="tn-check">
          <input
            type="checkbox"
            checked={field.isRequired}
            disabled={isReadOnly}
            onChange={(event) => onChange({ isRequired: event.target.checked })}
          />
          {t('schema.required')}
        </label>
      </div>
    </div>
  )
}
