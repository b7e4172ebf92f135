import { isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import { defaultsOf } from '../../commands/new-node.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { type ParamField, resolveSchema } from '../../manifest/param-field.ts'
import { useSession } from '../../session/session-context.tsx'
import { useRowInput } from '../../session/use-row-input.ts'
import { Button } from '../../ui/button.tsx'
import { FieldRow } from '../../ui/field.tsx'
import { CaseCard } from './case-card.tsx'
import type { ControlProps } from './control-props.ts'
import { unusedPort } from './port-names.ts'
import { textFieldOf, textKeyOf } from './text-of.ts'
import { useRemovalFocus } from './use-removal-focus.ts'
import { useRows } from './use-rows.ts'

/** Control for a list whose items define ports: cases of a switch, branches of a fork. */
export function CasesControl(props: ControlProps) {
  const { nodeId, field, value, isReadOnly, rootSchema } = props
  const t = useTranslate()
  const { store, dispatch } = useSession()
  const items = objectsIn(value ?? field.schema.default)
  const itemSchema = resolveSchema(rootSchema, field.schema.items)
  const { minItems, maxItems } = field.schema
  const ids = items.map((item) => String(item.id ?? ''))
  const { rows } = useRows(ids)
  const keyOf = (id: string, index: number) =>
    ids.indexOf(id) === index ? `row ${rows.find((row) => row.name === id)?.id}` : `double ${index}`
  const onRemoving = useRemovalFocus(items.length)
  useRowInput(
    textKeyOf(nodeId, field.path),
    ids.flatMap((id, index) => [
      { id: `port of ${keyOf(id, index)}`, key: textFieldOf(nodeId, field, { id: `port ${index}`, label: id }).key },
      { id: keyOf(id, index), key: textKeyOf(nodeId, [...field.path, index]) },
    ]),
  )
  const add = () => {
    dispatch({
      type: 'insert-item',
      nodeId,
      path: [...field.path, items.length],
      value: { ...defaultsOf(rootSchema, itemSchema), id: unusedPort(ids) },
    })
    store.setState({ fieldFocus: { nodeId, path: [...field.path, items.length, 'title'] } })
  }
  const isFull = typeof maxItems === 'number' && items.length >= maxItems
  const canRemove = !isReadOnly && items.length > (typeof minItems === 'number' ? minItems : 0)
  return (
    <div className="tn-cases">
      {items.map((item, index) => (
        <FieldRow key={keyOf(ids[index] ?? '', index)}>
          <CaseCard
            control={props}
            item={item}
            index={index}
            taken={ids}
            itemSchema={itemSchema}
            canRemove={canRemove}
            onRemoving={onRemoving}
          />
        </FieldRow>
      ))}
      {!isReadOnly && !isFull && (
        <Button size="s" variant="ghost" icon="plus" onClick={add} data-add-row>
          {t('cases.add', { what: singular(field) })}
        </Button>
      )}
    </div>
  )
}

function objectsIn(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((item: Json) => isJsonObject(item)) : []
}

function singular(field: ParamField): string {
  const title = field.title.toLowerCase()
  return title.replace(/(?<=ch|sh|x)es$|s$/, '')
}
