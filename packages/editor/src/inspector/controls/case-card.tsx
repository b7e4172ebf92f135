import { type JsonObject, PORT_NAME_PATTERN } from '@tenon/core/document'
import { useState } from 'react'
import { ExpressionField } from '../../expression-field/expression-field.tsx'
import { useTranslate } from '../../instance/instance-context.ts'
import { fieldsOf, type ObjectSchema } from '../../manifest/param-field.ts'
import { useSession } from '../../session/session-context.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import type { ControlProps } from '../control-props.ts'
import { ParamRows } from '../param-rows.tsx'
import { portFromTitle, UNNAMED_PORT } from './port-names.ts'
import { textOf } from './text-of.ts'

interface CaseCardProps {
  readonly control: ControlProps
  readonly item: JsonObject
  readonly index: number
  readonly taken: readonly string[]
  readonly itemSchema: ObjectSchema
  readonly canRemove: boolean
}

/** One way out: its title, the name of its port, and when it is taken. */
export function CaseCard({ control, item, index, taken, itemSchema, canRemove }: CaseCardProps) {
  const { nodeId, field, isReadOnly, rootSchema } = control
  const t = useTranslate()
  const { dispatch, textAt } = useSession()
  const path = [...field.path, index]
  const id = textOf(item.id)
  const rename = (to: string) => dispatch({ type: 'rename-port', nodeId, path: [...path, 'id'], to })
  const nameAfterTitle = () => {
    // Typed characters reach the document a moment later than the shared text.
    const title = textAt(nodeId, [...path, 'title'])?.toString() ?? textOf(item.title)
    const port = portFromTitle(title)
    if (UNNAMED_PORT.test(id) && port !== null && !taken.includes(port)) rename(port)
  }
  const rest = fieldsOf(rootSchema, itemSchema, path).filter(({ name }) => name !== 'id' && name !== 'title')
  return (
    <fieldset
      className="tn-case"
      data-plain={rest.length === 0 || undefined}
      aria-label={textOf(item.title) || id}
      onBlur={nameAfterTitle}
    >
      <div className="tn-case-head">
        <div data-param={[...path, 'title'].join('.')}>
          <ExpressionField
            nodeId={nodeId}
            path={[...path, 'title']}
            value={textOf(item.title)}
            onChange={(title) => dispatch({ type: 'set-param', nodeId, path: [...path, 'title'], value: title })}
            hasTemplates={false}
            placeholder={id}
            label={t('cases.title', { number: index + 1 })}
            isReadOnly={isReadOnly}
          />
        </div>
        <PortName id={id} taken={taken} isReadOnly={isReadOnly} onRename={rename} />
        {canRemove && (
          <IconButton
            icon="close"
            size="s"
            label={t('cases.remove', { name: textOf(item.title) || id })}
            onClick={() => dispatch({ type: 'remove-item', nodeId, path })}
          />
        )}
      </div>
      {rest.length > 0 && (
        <ParamRows nodeId={nodeId} rootSchema={rootSchema} fields={rest} siblings={item} isReadOnly={isReadOnly} />
      )}
    </fieldset>
  )
}

interface PortNameProps {
  readonly id: string
  readonly taken: readonly string[]
  readonly isReadOnly: boolean
  readonly onRename: (to: string) => void
}

function PortName({ id, taken, isReadOnly, onRename }: PortNameProps) {
  const t = useTranslate()
  const [draft, setDraft] = useState<string | null>(null)
  const commit = () => {
    const next = (draft ?? id).trim()
    setDraft(null)
    if (next !== id && PORT_NAME_PATTERN.test(next) && !taken.includes(next)) onRename(next)
  }
  return (
    <TextInput
      id={undefined}
      className="tn-case-port"
      value={draft ?? id}
      onChange={setDraft}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur()
      }}
      aria-label={t('cases.port')}
      title={t('cases.portHelp')}
      disabled={isReadOnly}
      spellCheck={false}
      maxLength={64}
    />
  )
}
