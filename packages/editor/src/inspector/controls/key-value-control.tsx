import { isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import { useState } from 'react'
import { ExpressionField } from '../../expression-field/expression-field.tsx'
import { useTranslate } from '../../instance/instance-context.ts'
import { useSession } from '../../session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import type { ControlProps } from '../control-props.ts'
import { textOf } from './text-of.ts'
import { useStableOrder } from './use-stable-order.ts'

const FORBIDDEN: readonly string[] = ['__proto__', 'prototype', 'constructor']

/** Names and values, one row each. */
export function KeyValueControl({ nodeId, field, value, isReadOnly }: ControlProps) {
  const t = useTranslate()
  const { dispatch } = useSession()
  const pairs: JsonObject = isJsonObject(value) ? value : {}
  const names = useStableOrder(Object.keys(pairs))
  const [isAdding, setIsAdding] = useState(false)
  const set = (name: string, next: Json) =>
    dispatch({ type: 'set-param', nodeId, path: [...field.path, name], value: next })
  const rename = (from: string, to: string) => {
    if (to === from) return
    const renamed = Object.fromEntries(Object.entries(pairs).map(([name, item]) => [name === from ? to : name, item]))
    dispatch({ type: 'set-param', nodeId, path: field.path, value: renamed })
  }
  return (
    <div className="tn-pairs">
      {names.map((name) => (
        <div key={name} className="tn-pair">
          <PairName name={name} taken={names} isReadOnly={isReadOnly} onCommit={(next) => rename(name, next)} />
          <ExpressionField
            nodeId={nodeId}
            path={[...field.path, name]}
            value={textOf(pairs[name])}
            onChange={(text) => set(name, text)}
            placeholder={t('control.value')}
            label={t('control.valueOf', { name })}
            isReadOnly={isReadOnly}
          />
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
            name=""
            taken={names}
            isReadOnly={false}
            isNew
            onCommit={(next) => {
              setIsAdding(false)
              if (next !== '') set(next, '')
            }}
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
  readonly name: string
  readonly taken: readonly string[]
  readonly isReadOnly: boolean
  readonly isNew?: boolean
  readonly onCommit: (name: string) => void
}

function PairName({ name, taken, isReadOnly, isNew = false, onCommit }: PairNameProps) {
  const t = useTranslate()
  const [draft, setDraft] = useState<string | null>(isNew ? '' : null)
  const commit = () => {
    const next = (draft ?? name).trim()
    setDraft(null)
    const isFree = next !== '' && !FORBIDDEN.includes(next) && (next === name || !taken.includes(next))
    onCommit(isFree ? next : name)
  }
  return (
    <TextInput
      value={draft ?? name}
      onChange={setDraft}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur()
      }}
      aria-label={t('control.name')}
      placeholder={t('control.name')}
      id={undefined}
      maxLength={128}
      disabled={isReadOnly}
      spellCheck={false}
      autoFocus={isNew}
    />
  )
}
