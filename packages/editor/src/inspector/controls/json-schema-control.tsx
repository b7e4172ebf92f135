import { isJsonObject, type JsonObject } from '@tenon/core/document'
import { useState } from 'react'
import { useTranslate } from '../../instance/instance-context.ts'
import { Button } from '../../ui/button.tsx'
import type { ControlProps } from '../control-props.ts'
import { JsonText } from './json-text.tsx'
import { SchemaFieldRow } from './schema-field-row.tsx'
import {
  changeSchemaField,
  readSchemaFields,
  removeSchemaField,
  renameSchemaField,
  type SchemaField,
} from './schema-fields.ts'
import { useStableOrder } from './use-stable-order.ts'

/** The shape of an object as a list of fields; what is beyond that, as JSON Schema. */
export function JsonSchemaControl({ field, value, onChange, isReadOnly }: ControlProps) {
  const t = useTranslate()
  const [wantsJson, setWantsJson] = useState(false)
  const schema: JsonObject = isJsonObject(value) ? value : { type: 'object', properties: {} }
  const fields = readSchemaFields(schema)
  const isJson = wantsJson || fields === null
  return (
    <div className="tn-schema">
      {isJson ? (
        <JsonText value={schema} onChange={onChange} isReadOnly={isReadOnly} label={field.title} />
      ) : (
        <SchemaRows fields={fields} schema={schema} onChange={onChange} isReadOnly={isReadOnly} />
      )}
      <div className="tn-schema-foot">
        {fields !== null && (
          <button type="button" className="tn-link" onClick={() => setWantsJson(!isJson)}>
            {isJson ? t('schema.asFields') : t('schema.asJson')}
          </button>
        )}
        {fields === null && <span className="tn-schema-note">{t('schema.tooRich')}</span>}
      </div>
    </div>
  )
}

interface SchemaRowsProps {
  readonly fields: readonly SchemaField[]
  readonly schema: JsonObject
  readonly onChange: (schema: JsonObject) => void
  readonly isReadOnly: boolean
}

function SchemaRows({ fields, schema, onChange, isReadOnly }: SchemaRowsProps) {
  const t = useTranslate()
  const [added, setAdded] = useState<string | null>(null)
  const order = useStableOrder(fields.map((field) => field.name))
  const byName = new Map(fields.map((field) => [field.name, field]))
  const add = () => {
    let name = t('schema.newField')
    for (let count = 2; byName.has(name); count += 1) name = `${t('schema.newField')}_${count}`
    setAdded(name)
    onChange(changeSchemaField(schema, name, { type: 'string' }))
  }
  return (
    <>
      {order.length === 0 && <p className="tn-schema-empty">{t('schema.empty')}</p>}
      {order.map((name) => {
        const field = byName.get(name)
        if (field === undefined) return null
        return (
          <SchemaFieldRow
            key={name}
            field={field}
            taken={order}
            isNew={name === added}
            isReadOnly={isReadOnly}
            onRename={(next) => {
              setAdded(null)
              onChange(renameSchemaField(schema, name, next))
            }}
            onChange={(change) => onChange(changeSchemaField(schema, name, change))}
            onRemove={() => onChange(removeSchemaField(schema, name))}
          />
        )
      })}
      {!isReadOnly && (
        <Button size="s" variant="ghost" icon="plus" onClick={add}>
          {t('schema.add')}
        </Button>
      )}
    </>
  )
}
