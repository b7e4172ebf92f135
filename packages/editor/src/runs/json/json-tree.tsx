import type { Json } from '@tenon/core/document'
import { cutText } from '@tenon/core/text'
import { type ReactNode, useState } from 'react'
import { useTranslate } from '../../instance/instance-context.ts'
import { Icon } from '../../ui/icon.tsx'
import { childrenOf, isBranch, MAX_CHILDREN, MAX_TEXT, previewOf } from './json-model.ts'

export interface JsonTreeProps {
  readonly value: Json
  /** Accessible name of the value. */
  readonly label: string
  /** Levels that are open at first. @defaultValue 2 */
  readonly openDepth?: number
  /** Returns a remark for a top-level field. */
  readonly noteOf?: (key: string) => ReactNode
}

/** Tree of a JSON value: objects and lists can be collapsed, long ones are shown in parts. */
export function JsonTree({ value, label, openDepth = 2, noteOf }: JsonTreeProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div className="tn-json" role="group" aria-label={label}>
      {isBranch(value) ? (
        <JsonChildren value={value} depth={0} openDepth={openDepth} noteOf={noteOf} />
      ) : (
        <JsonLeaf value={value} />
      )}
    </div>
  )
}

interface JsonChildrenProps {
  readonly value: Json
  readonly depth: number
  readonly openDepth: number
  readonly noteOf?: ((key: string) => ReactNode) | undefined
}

function JsonChildren({ value, depth, openDepth, noteOf }: JsonChildrenProps) {
  const t = useTranslate()
  const [limit, setLimit] = useState(MAX_CHILDREN)
  const children = childrenOf(value)
  if (children.length === 0) return <span className="tn-json-preview">{previewOf(value)}</span>
  return (
    <ul className="tn-json-list" data-depth={depth}>
      {children.slice(0, limit).map(([key, child]) => (
        <JsonMember key={key} name={key} value={child} depth={depth} openDepth={openDepth} note={noteOf?.(key)} />
      ))}
      {children.length > limit && (
        <li>
          <button type="button" className="tn-link" onClick={() => setLimit((before) => before + MAX_CHILDREN)}>
            {t('runs.json.more', { count: children.length - limit })}
          </button>
        </li>
      )}
    </ul>
  )
}

interface JsonMemberProps {
  readonly name: string
  readonly value: Json
  readonly depth: number
  readonly openDepth: number
  readonly note: ReactNode
}

function JsonMember({ name, value, depth, openDepth, note }: JsonMemberProps) {
  const [isOpen, setIsOpen] = useState(depth + 1 < openDepth)
  if (!isBranch(value)) {
    return (
      <li className="tn-json-member">
        <span className="tn-json-row">
          <span className="tn-json-gap" />
          <span className="tn-json-key" dir="auto">
            {name}
          </span>
          <JsonLeaf value={value} />
          {note}
        </span>
      </li>
    )
  }
  return (
    <li className="tn-json-member">
      <span className="tn-json-row">
        <button type="button" className="tn-json-toggle" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          <Icon name="chevronRight" size={12} />
          <span className="tn-json-key" dir="auto">
            {name}
          </span>
          {!isOpen && <span className="tn-json-preview">{previewOf(value)}</span>}
        </button>
        {note}
      </span>
      {isOpen && <JsonChildren value={value} depth={depth + 1} openDepth={openDepth} />}
    </li>
  )
}

function JsonLeaf({ value }: { readonly value: Json }) {
  const t = useTranslate()
  const [isWhole, setIsWhole] = useState(false)
  if (typeof value !== 'string') return <span className="tn-json-value">{String(value)}</span>
  const isCut = !isWhole && value.length > MAX_TEXT
  return (
    <span className="tn-json-value" data-type="text">
      {isCut ? cutText(value, MAX_TEXT, '…') : value}
      {isCut && (
        <button type="button" className="tn-link" onClick={() => setIsWhole(true)}>
          {t('runs.json.whole', { count: value.length })}
        </button>
      )}
    </span>
  )
}
