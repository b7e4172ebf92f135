import { isJsonObject, type Json } from '@tenon/core/document'
import { newItemOf } from '../../commands/new-node.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { fieldOf, fieldsOf, inferControl, resolveSchema } from '../../manifest/param-field.ts'
import { useSession } from '../../session/session-context.tsx'
import { useRowInput } from '../../session/use-row-input.ts'
import { Button } from '../../ui/button.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { ChoicesControl } from './choice-controls.tsx'
import type { ControlProps } from './control-props.ts'
import { JsonText } from './json-text.tsx'
import { ParamRow, ParamRows } from './param-rows.tsx'
import { textFieldOf, textKeyOf } from './text-of.ts'
import { useItemRows } from './use-item-rows.ts'
import { useRemovalFocus } from './use-removal-focus.ts'

/** Control for the fields of an object. */
export function GroupControl({ nodeId, field, value, isReadOnly, rootSchema }: ControlProps) {
  const siblings = isJsonObject(value) ? value : {}
  return (
    <div className="tn-group">
      <ParamRows
        nodeId={nodeId}
        path={field.path}
        rootSchema={rootSchema}
        fields={fieldsOf(rootSchema, field.schema, field.path)}
        siblings={siblings}
        isReadOnly={isReadOnly}
      />
    </div>
  )
}

/** Control for a list of items of one kind; a set of listed values (`enum`, `uniqueItems`) is chosen with checkboxes. */
export function ListControl(props: ControlProps) {
  const { field, rootSchema } = props
  const { enum: listed } = resolveSchema(rootSchema, field.schema.items)
  const isSet = field.schema.uniqueItems === true && Array.isArray(listed)
  return isSet ? <ChoicesControl {...props} choices={listed} /> : <ItemsControl {...props} />
}

function ItemsControl({ nodeId, field, value, isReadOnly, rootSchema }: ControlProps) {
  const t = useTranslate()
  const { dispatch } = useSession()
  const items: readonly Json[] = Array.isArray(value) ? value : []
  const itemSchema = resolveSchema(rootSchema, field.schema.items)
  const isObject = inferControl(itemSchema) === 'group'
  const rows = useItemRows(items)
  const onRemoving = useRemovalFocus(items.length)
  useRowInput(
    textKeyOf(nodeId, field.path),
    rows.ids.map((id, index) => ({ id, key: textKeyOf(nodeId, [...field.path, index]) })),
  )
  return (
    <div className="tn-list">
      {items.map((item, index) => {
        const path = [...field.path, index]
        const common = { nodeId, rootSchema, isReadOnly }
        return (
          <div key={rows.ids[index]} className="tn-list-item" data-object={isObject || undefined}>
            {isObject ? (
              <ParamRows
                {...common}
                path={path}
                fields={fieldsOf(rootSchema, itemSchema, path)}
                siblings={isJsonObject(item) ? item : {}}
              />
            ) : (
              <ParamRow
                {...common}
                field={{
                  ...fieldOf(rootSchema, itemSchema, path, String(index), true),
                  title: t('control.itemNumber', { number: index + 1 }),
                }}
                value={item}
              />
            )}
            {!isReadOnly && (
              <IconButton
                icon="close"
                size="s"
                label={t('control.removeItem', { number: index + 1 })}
                onClick={(event) => {
                  onRemoving(event.currentTarget)
                  rows.remove(index)
                  dispatch({ type: 'remove-item', nodeId, path })
                }}
                data-remove-row
              />
            )}
          </div>
        )
      })}
      {!isReadOnly && (
        <Button
          size="s"
          variant="ghost"
          icon="plus"
          data-add-row
          onClick={() => {
            const first = newItemOf(rootSchema, itemSchema)
            dispatch({ type: 'insert-item', nodeId, path: [...field.path, items.length], value: first })
          }}
        >
          {t('ui.addItem')}
        </Button>
      )}
    </div>
  )
}

/** Control for any other value, as JSON. */
export function JsonControl({ nodeId, field, value, onChange, isReadOnly }: ControlProps) {
  return (
    <JsonText
      field={textFieldOf(nodeId, field)}
      value={value}
      onChange={onChange}
      isOptional={!field.isRequired}
      hasKeyOrder
      isReadOnly={isReadOnly}
    />
  )
}
