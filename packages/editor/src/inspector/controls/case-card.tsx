import { ERROR_PORT, type JsonObject, PORT_NAME_PATTERN } from '@tenon/core/document'
import { useEffect, useRef } from 'react'
import { ExpressionField } from '../../expression-field/expression-field.tsx'
import { useTranslate } from '../../instance/instance-context.ts'
import { fieldsOf, type ObjectSchema } from '../../manifest/param-field.ts'
import { useSession } from '../../session/session-context.tsx'
import { useDelayedChange } from '../../session/use-delayed-change.ts'
import { type TypedTextField, useTypedText } from '../../session/use-typed-text.ts'
import { FieldNote } from '../../ui/field.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import type { ControlProps } from './control-props.ts'
import { ParamRows } from './param-rows.tsx'
import { portFromTitle, UNNAMED_PORT } from './port-names.ts'
import { textFieldOf, textOf } from './text-of.ts'

interface CaseCardProps {
  readonly control: ControlProps
  readonly item: JsonObject
  readonly index: number
  readonly taken: readonly string[]
  readonly itemSchema: ObjectSchema
  readonly canRemove: boolean
  /** Called with the button that removes the card, before it is removed. */
  readonly onRemoving: (button: HTMLElement) => void
}

/** Card of one case or branch: its title, the name of its port, and its condition. */
export function CaseCard({ control, item, index, taken, itemSchema, canRemove, onRemoving }: CaseCardProps) {
  const { nodeId, field, isReadOnly, rootSchema } = control
  const t = useTranslate()
  const { dispatch, textAt } = useSession()
  const path = [...field.path, index]
  const id = textOf(item.id)
  const rename = (to: string) => dispatch({ type: 'rename-port', nodeId, path: [...path, 'id'], to })
  const title = textOf(item.title)
  const naming = useDelayedChange(
    (seen) => {
      // Typed characters are in the shared text a moment before the document.
      const port = portFromTitle(textAt(nodeId, [...path, 'title'])?.toString() ?? seen)
      if (UNNAMED_PORT.test(id) && port !== null && !taken.includes(port)) rename(port)
    },
    { pauseMs: null },
  )
  const isInside = useRef(false)
  const namedFor = useRef(title)
  // If another user types a title, that user's editor names the port.
  useEffect(() => {
    if (namedFor.current !== title && isInside.current) naming.push(title)
    namedFor.current = title
  }, [title, naming])
  const rest = fieldsOf(rootSchema, itemSchema, path).filter(({ name }) => name !== 'id' && name !== 'title')
  return (
    <fieldset
      className="tn-case"
      data-plain={rest.length === 0 || undefined}
      aria-label={title || id}
      onFocus={() => {
        isInside.current = true
      }}
      onBlur={() => {
        isInside.current = false
        naming.push(title)
        naming.flush()
      }}
    >
      <div className="tn-case-head">
        <div data-param={[...path, 'title'].join('.')}>
          <ExpressionField
            nodeId={nodeId}
            path={[...path, 'title']}
            value={title}
            onChange={(value) => dispatch({ type: 'set-param', nodeId, path: [...path, 'title'], value })}
            hasTemplates={false}
            placeholder={id}
            label={t('cases.title', { number: index + 1 })}
            isReadOnly={isReadOnly}
          />
        </div>
        <PortName
          field={textFieldOf(nodeId, field, { id: `port ${index}`, label: t('cases.port') })}
          id={id}
          taken={taken}
          isReadOnly={isReadOnly}
          onRename={rename}
        />
        {canRemove && (
          <IconButton
            icon="close"
            size="s"
            label={t('cases.remove', { name: title || id })}
            onClick={(event) => {
              onRemoving(event.currentTarget)
              dispatch({ type: 'remove-item', nodeId, path })
            }}
            data-remove-row
          />
        )}
      </div>
      {rest.length > 0 && (
        <ParamRows
          nodeId={nodeId}
          path={path}
          rootSchema={rootSchema}
          fields={rest}
          siblings={item}
          isReadOnly={isReadOnly}
        />
      )}
    </fieldset>
  )
}

interface PortNameProps {
  readonly field: TypedTextField
  readonly id: string
  readonly taken: readonly string[]
  readonly isReadOnly: boolean
  readonly onRename: (to: string) => void
}

function PortName({ field, id, taken, isReadOnly, onRename }: PortNameProps) {
  const t = useTranslate()
  const typed = useTypedText({
    field,
    value: id,
    commitOn: 'leave',
    check: (text) => {
      const next = text.trim()
      if (next === id) return null
      if (!PORT_NAME_PATTERN.test(next) || next === ERROR_PORT) return t('command.portName')
      return taken.includes(next) ? t('control.nameTaken', { name: next }) : null
    },
    onCommit: (text) => onRename(text.trim()),
  })
  return (
    <div>
      <TextInput
        id={undefined}
        className="tn-case-port"
        value={typed.text}
        onChange={typed.onChange}
        onBlur={typed.onBlur}
        onKeyDown={(event) => {
          if (event.key === 'Enter') typed.commit()
          if (event.key === 'Escape') typed.cancel()
        }}
        aria-label={t('cases.port')}
        aria-invalid={typed.error !== null || undefined}
        title={t('cases.portHelp')}
        disabled={isReadOnly}
        spellCheck={false}
        maxLength={64}
      />
      <FieldNote error={typed.error} />
    </div>
  )
}
