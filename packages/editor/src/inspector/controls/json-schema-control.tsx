import { isJsonObject, type JsonObject, keepSchemaOrder } from '@tenon/core/document'
import { useState } from 'react'
import { useTranslate } from '../../instance/instance-context.ts'
import { useSession } from '../../session/session-context.tsx'
import { useRowInput } from '../../session/use-row-input.ts'
import { Button } from '../../ui/button.tsx'
import { FieldRow } from '../../ui/field.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'
import type { ControlProps } from './control-props.ts'
import { JsonText } from './json-text.tsx'
import { SchemaFieldRow } from './schema-field-row.tsx'
import {
  addSchemaField,
  changeSchemaField,
  moveSchemaField,
  readSchemaFields,
  removeSchemaField,
  renameSchemaField,
  type SchemaField,
} from './schema-fields.ts'
import { textFieldOf, textKeyOf } from './text-of.ts'
import { useFaultyParts } from './use-field-problems.ts'
import { useRemovalFocus } from './use-removal-focus.ts'
import { useRowDrag } from './use-row-drag.ts'
import { useRows } from './use-rows.ts'

/** Control for the schema of an object, as a list of fields or as JSON Schema. */
export function JsonSchemaControl(props: ControlProps) {
  const { nodeId, field, value, onChange, isReadOnly } = props
  const t = useTranslate()
  const [wantsJson, setWantsJson] = useState(false)
  const schema: JsonObject = isJsonObject(value) ? value : { type: 'object', properties: {} }
  const fields = readSchemaFields(schema)
  const isJson = wantsJson || fields === null
  return (
    <div className="tn-schema">
      {isJson ? (
        <JsonText
          field={textFieldOf(nodeId, field)}
          value={schema}
          onChange={onChange}
          toStored={keepSchemaOrder}
          isReadOnly={isReadOnly}
        />
      ) : (
        <SchemaRows control={props} fields={fields} schema={schema} />
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
  readonly control: ControlProps
  readonly fields: readonly SchemaField[]
  readonly schema: JsonObject
}

function SchemaRows({ control, fields, schema }: SchemaRowsProps) {
  const { nodeId, field: param, onChange, isReadOnly, isInvalid } = control
  const t = useTranslate()
  const { announce } = useAnnouncer()
  const { dispatch } = useSession()
  const [added, setAdded] = useState<string | null>(null)
  const names = fields.map((field) => field.name)
  const faulty = useFaultyParts(nodeId, ['params', ...param.path, 'properties'])
  const { rows, rename } = useRows(names, 'given')
  const onRemoving = useRemovalFocus(rows.length)
  const keyOf = (name: string) => textFieldOf(nodeId, param, { id: name, label: name }).key
  useRowInput(
    textKeyOf(nodeId, param.path),
    rows.map(({ id, name }) => ({ id, key: keyOf(name) })),
  )
  const move = (from: number, to: number) => {
    const name = names[from]
    if (name === undefined || to < 0 || to >= names.length) return
    onChange(moveSchemaField(schema, name, to))
    announce(t('schema.moved', { name, position: to + 1, count: names.length }))
  }
  const drag = useRowDrag('.tn-schema-row', move)
  const add = () => {
    const base = t('schema.newField')
    let name = base
    for (let count = 2; names.includes(name); count += 1) name = `${base}_${count}`
    setAdded(name)
    onChange(addSchemaField(schema, name))
  }
  return (
    <>
      {rows.length === 0 && <p className="tn-schema-empty">{t('schema.empty')}</p>}
      {rows.map(({ id, name }, index) => {
        const field = fields.find((candidate) => candidate.name === name)
        if (field === undefined) return null
        return (
          <FieldRow key={id} isInvalid={isInvalid && faulty.has(name)}>
            <SchemaFieldRow
              nodeId={nodeId}
              path={param.path}
              id={keyOf(name)}
              field={field}
              taken={names}
              isNew={name === added}
              isReadOnly={isReadOnly}
              isDropTarget={drag.dropAt === index}
              grip={drag.handlers(index)}
              onRename={(next) => {
                setAdded(null)
                rename(name, next)
                const renamed = renameSchemaField(schema, name, next)
                dispatch({ type: 'rename-field', nodeId, path: param.path, from: name, to: next, schema: renamed })
              }}
              onChange={(change) => onChange(changeSchemaField(schema, name, change))}
              onRemove={(button) => {
                onRemoving(button)
                onChange(removeSchemaField(schema, name))
              }}
            />
          </FieldRow>
        )
      })}
      {rows.length > 0 && <div className="tn-row-end" data-drop={drag.dropAt === rows.length || undefined} />}
      {!isReadOnly && (
        <Button size="s" variant="ghost" icon="plus" onClick={add} data-add-row>
          {t('schema.add')}
        </Button>
      )}
    </>
  )
}
