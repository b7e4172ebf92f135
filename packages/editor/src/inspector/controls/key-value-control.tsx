import { isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import { useState } from 'react'
import { ExpressionField } from '../../expression-field/expression-field.tsx'
import { useTranslate } from '../../instance/instance-context.ts'
import { useSession } from '../../session/session-context.tsx'
import { type TypedTextField, useTypedText } from '../../session/use-typed-text.ts'
import { Button } from '../../ui/button.tsx'
import { FieldNote } from '../../ui/field.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import type { ControlProps } from './control-props.ts'
import { checkName } from './field-names.ts'
import { textFieldOf, textOf } from './text-of.ts'
import { TypedValue } from './typed-value.tsx'
import { useRows } from './use-rows.ts'

/** Checks whether the schema allows values of any type, as for the fields of a set node. */
function takesAnyValue({ schema }: ControlProps['field']): boolean {
  const { additionalProperties = true } = schema
  return (
    additionalProperties === true ||
    (isJsonObject(additionalProperties) && Object.keys(additionalProperties).length === 0)
  )
}

/** Control for names and values, one row each; values of any type have a list of types. */
export function KeyValueControl({ nodeId, field, value, isReadOnly }: ControlProps) {
  const t = useTranslate()
  const { dispatch, store } = useSession()
  const pairs: JsonObject = isJsonObject(value) ? value : {}
  const names = Object.keys(pairs)
  const { rows, rename: renameRow } = useRows(names)
  const [isAdding, setIsAdding] = useState(false)
  const set = (name: string, next: Json) =>
    dispatch({ type: 'set-param', nodeId, path: [...field.path, name], value: next })
  const rename = (from: string, to: string) => {
    const renamed = Object.fromEntries(Object.entries(pairs).map(([name, item]) => [name === from ? to : name, item]))
    renameRow(from, to)
    dispatch({ type: 'set-param', nodeId, path: field.path, value: renamed })
  }
  return (
    <div className="tn-pairs">
      {rows.map(({ id, name }) => (
        <div key={id} className="tn-pair">
          <PairName
            field={textFieldOf(nodeId, field, { id: `name of ${name}`, label: t('control.name') })}
            name={name}
            taken={names}
            isReadOnly={isReadOnly}
            onCommit={(next) => rename(name, next)}
          />
          <div data-param={[...field.path, name].join('.')}>
            {takesAnyValue(field) ? (
              <TypedValue
                nodeId={nodeId}
                path={[...field.path, name]}
                name={name}
                field={textFieldOf(nodeId, field, { id: `value of ${name}`, label: t('control.valueOf', { name }) })}
                value={pairs[name]}
                onChange={(next) => set(name, next)}
                isReadOnly={isReadOnly}
              />
            ) : (
              <ExpressionField
                nodeId={nodeId}
                path={[...field.path, name]}
                value={textOf(pairs[name])}
                onChange={(text) => set(name, text)}
                placeholder={t('control.value')}
                label={t('control.valueOf', { name })}
                isReadOnly={isReadOnly}
              />
            )}
          </div>
          {!isReadOnly && (
            <IconButton
              icon="close"
              size="s"
              label={t('control.removePair', { name })}
              onClick={() => dispatch({ type: 'unset-param', nodeId, path: [...field.path, name] })}
            />
          )}
        </div>
      ))}
      {isAdding && (
        <div className="tn-pair">
          <PairName
            field={textFieldOf(nodeId, field, { id: 'new name', label: t('control.name') })}
            name=""
            taken={names}
            isReadOnly={false}
            onCommit={(next) => {
              setIsAdding(false)
              set(next, '')
            }}
            onEntered={(next) => store.setState({ fieldFocus: { nodeId, path: [...field.path, next] } })}
            onLeaveEmpty={() => setIsAdding(false)}
          />
          <span className="tn-pair-hint">{t('control.nameFirst')}</span>
        </div>
      )}
      {!isReadOnly && !isAdding && (
        <Button size="s" variant="ghost" icon="plus" onClick={() => setIsAdding(true)}>
          {t('control.addPair')}
        </Button>
      )}
    </div>
  )
}

interface PairNameProps {
  readonly field: TypedTextField
  readonly name: string
  readonly taken: readonly string[]
  readonly isReadOnly: boolean
  readonly onCommit: (name: string) => void
  /** Called when a new name was committed with Enter. */
  readonly onEntered?: (name: string) => void
  /** Called when a new row is left empty, which removes it. */
  readonly onLeaveEmpty?: () => void
}

function PairName({ field, name, taken, isReadOnly, onCommit, onEntered, onLeaveEmpty }: PairNameProps) {
  const t = useTranslate()
  const isNew = onLeaveEmpty !== undefined
  const typed = useTypedText({
    field,
    value: name,
    commitOn: 'leave',
    check: (text) => checkName(text.trim(), name, taken, t),
    onCommit: (text) => onCommit(text.trim()),
  })
  return (
    <div>
      <TextInput
        value={typed.text}
        onChange={typed.onChange}
        onBlur={() => {
          if (typed.text.trim() !== '') return typed.onBlur()
          typed.cancel()
          onLeaveEmpty?.()
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            typed.commit()
            if (typed.error === null && typed.text.trim() !== '') onEntered?.(typed.text.trim())
          }
          if (event.key === 'Escape') typed.cancel()
        }}
        aria-label={t('control.name')}
        aria-invalid={typed.error !== null || undefined}
        placeholder={t('control.name')}
        id={undefined}
        maxLength={128}
        disabled={isReadOnly}
        spellCheck={false}
        autoFocus={isNew}
      />
      <FieldNote error={typed.error} />
    </div>
  )
}
