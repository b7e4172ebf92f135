import { isJsonObject, type Json, type JsonObject, orderedKeys, paramPointer } from '@tenon/core/document'
import { useState } from 'react'
import { ExpressionField } from '../../expression-field/expression-field.tsx'
import { useInstance, useTranslate } from '../../instance/instance-context.ts'
import { useEditorStore, useSession } from '../../session/session-context.tsx'
import { useRowInput } from '../../session/use-row-input.ts'
import { type TypedTextField, useTypedText } from '../../session/use-typed-text.ts'
import { Button } from '../../ui/button.tsx'
import { FieldNote, FieldRow } from '../../ui/field.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'
import { Select } from '../../ui/select.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import type { ControlProps } from './control-props.ts'
import { checkName } from './field-names.ts'
import { textFieldOf, textKeyOf, textOf } from './text-of.ts'
import { TypedValue } from './typed-value.tsx'
import { useFaultyParts } from './use-field-problems.ts'
import { useRemovalFocus } from './use-removal-focus.ts'
import { useRowDrag } from './use-row-drag.ts'
import { useRows } from './use-rows.ts'

/** Checks whether the schema allows values of any type, as for the fields of a set node. */
function takesAnyValue({ schema }: ControlProps['field']): boolean {
  const { additionalProperties = true } = schema
  return (
    additionalProperties === true ||
    (isJsonObject(additionalProperties) && Object.keys(additionalProperties).length === 0)
  )
}

interface KeyValueControlProps extends ControlProps {
  /** Names to choose from; with any, no other name is added. @defaultValue names are entered */
  readonly choices?: readonly string[]
}

/** Control for names and values in the order of the author; values of any type have a list of types. */
export function KeyValueControl({ nodeId, field, value, isReadOnly, isInvalid, choices = [] }: KeyValueControlProps) {
  const t = useTranslate()
  const { dispatch, store } = useSession()
  const { announce } = useAnnouncer()
  const { path } = field
  const isTyped = takesAnyValue(field)
  const order = useEditorStore((state) => state.nodesById.get(nodeId)?.keyOrder?.[paramPointer(path)])
  const pairs: JsonObject = isJsonObject(value) ? value : {}
  const names = orderedKeys(pairs, order)
  const faulty = useFaultyParts(nodeId, ['params', ...path])
  const isFaulty = (name: string) => isInvalid && faulty.has(name)
  const { rows, rename: renameRow } = useRows(names, 'given')
  const onRemoving = useRemovalFocus(rows.length)
  useRowInput(
    textKeyOf(nodeId, field.path),
    rows.flatMap(({ id, name }) =>
      ['name', 'value'].map((part) => ({
        id: `${part} ${id}`,
        key: textFieldOf(nodeId, field, { id: `${part} of ${name}`, label: name }).key,
      })),
    ),
  )
  const [isAdding, setIsAdding] = useState(false)
  const set = (name: string, next: Json) =>
    dispatch({ type: 'set-param', nodeId, path: [...path, name], value: next, isAsWritten: true })
  const rename = (from: string, to: string) => {
    renameRow(from, to)
    dispatch({ type: 'rename-member', nodeId, path, from, to })
  }
  const move = (from: number, to: number) => {
    const name = names[from]
    if (name === undefined || to < 0 || to >= names.length) return
    dispatch({ type: 'move-member', nodeId, path, name, to })
    announce(t('schema.moved', { name, position: to + 1, count: names.length }))
  }
  const drag = useRowDrag('.tn-pair', move)
  const left = choices.filter((name) => !names.includes(name))
  return (
    <div className="tn-pairs">
      {rows.map(({ id, name }, index) => (
        <FieldRow key={id}>
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset has a layout of its own */}
          <div
            role="group"
            aria-label={name}
            className="tn-pair"
            data-drop={drag.dropAt === index || undefined}
            data-readonly={isReadOnly || undefined}
          >
            {!isReadOnly && (
              <IconButton
                className="tn-row-grip"
                icon="grip"
                size="s"
                label={t('schema.move', { name })}
                {...drag.handlers(index)}
              />
            )}
            <PairName
              field={textFieldOf(nodeId, field, { id: `name of ${name}`, label: t('control.name') })}
              name={name}
              taken={names}
              isReadOnly={isReadOnly}
              onCommit={(next) => rename(name, next)}
            />
            <div className="tn-pair-value" data-param={isTyped ? undefined : [...path, name].join('.')}>
              {isTyped ? (
                <TypedValue
                  nodeId={nodeId}
                  path={[...field.path, name]}
                  name={name}
                  field={textFieldOf(nodeId, field, { id: `value of ${name}`, label: t('control.valueOf', { name }) })}
                  value={pairs[name]}
                  onChange={(next) => set(name, next)}
                  isReadOnly={isReadOnly}
                  isInvalid={isFaulty(name)}
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
                  isInvalid={isFaulty(name)}
                />
              )}
            </div>
            {!isReadOnly && (
              <IconButton
                icon="close"
                size="s"
                label={t('control.removePair', { name })}
                onClick={(event) => {
                  onRemoving(event.currentTarget)
                  dispatch({ type: 'unset-param', nodeId, path: [...field.path, name] })
                }}
                data-remove-row
              />
            )}
          </div>
        </FieldRow>
      ))}
      {rows.length > 0 && <div className="tn-row-end" data-drop={drag.dropAt === rows.length || undefined} />}
      {isAdding && (
        <FieldRow>
          <div className="tn-pair" data-readonly>
            <PairName
              field={textFieldOf(nodeId, field, { id: 'new name', label: t('control.name') })}
              name=""
              taken={names}
              isReadOnly={false}
              onCommit={(next) => {
                setIsAdding(false)
                dispatch({ type: 'add-member', nodeId, path, name: next, value: '' })
              }}
              onEntered={(next) => store.setState({ fieldFocus: { nodeId, path: [...field.path, next] } })}
              onLeaveEmpty={() => setIsAdding(false)}
            />
            <span className="tn-pair-value tn-pair-hint">{t('control.nameFirst')}</span>
          </div>
        </FieldRow>
      )}
      {!isReadOnly && left.length > 0 && (
        <Select
          aria-label={t('control.addColumn')}
          value=""
          onChange={(name) => {
            if (name === '') return
            dispatch({ type: 'add-member', nodeId, path, name, value: '' })
            store.setState({ fieldFocus: { nodeId, path: [...field.path, name] } })
          }}
          options={[
            { value: '', label: t('control.addColumn') },
            ...left.map((name) => ({ value: name, label: name })),
          ]}
        />
      )}
      {!isReadOnly && !isAdding && choices.length === 0 && (
        <Button size="s" variant="ghost" icon="plus" onClick={() => setIsAdding(true)} data-add-row>
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
  /** Called when a new name was committed with Enter or Tab. */
  readonly onEntered?: (name: string) => void
  /** Called when a new row is left empty, which removes it. */
  readonly onLeaveEmpty?: () => void
}

function PairName({ field, name, taken, isReadOnly, onCommit, onEntered, onLeaveEmpty }: PairNameProps) {
  const { t, afterPress } = useInstance()
  const isNew = onLeaveEmpty !== undefined
  const typed = useTypedText({
    field,
    value: name,
    commitOn: 'leave',
    check: (text) => checkName(text.trim(), name, taken, t),
    onCommit: (text) => onCommit(text.trim()),
  })
  return (
    <div className="tn-pair-name">
      <TextInput
        value={typed.text}
        onChange={typed.onChange}
        onBlur={() => {
          if (typed.text.trim() !== '') return typed.onBlur()
          afterPress(() => {
            typed.cancel()
            onLeaveEmpty?.()
          })
        }}
        onKeyDown={(event) => {
          const isEntered = typed.isStorable && typed.text.trim() !== ''
          const isTab = event.key === 'Tab' && !event.shiftKey && isNew && isEntered
          if (event.key === 'Enter' || isTab) {
            // The value of a new row has the focus before the key is released: Tab would leave it, Enter write into it.
            event.preventDefault()
            typed.commit()
            if (isEntered) onEntered?.(typed.text.trim())
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
