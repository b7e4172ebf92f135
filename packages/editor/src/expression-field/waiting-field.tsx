import { type SyntheticEvent, useState } from 'react'
import { typedKeys } from '../ui/key-handler.ts'
import type { TypingState } from './field-types.ts'
import { asOneLine } from './one-line.ts'
import { TemplateText } from './template-text.tsx'

interface WaitingFieldProps {
  readonly value: string
  readonly placeholder: string
  readonly isMultiline: boolean
  readonly isReadOnly: boolean
  /** Attributes that name the field. */
  readonly attributes: Readonly<Record<string, string | undefined>>
  readonly onChange: (text: string) => void
  /** Called when the field gets the focus and after each change of its text or selection; with `null` when it is left. */
  readonly onTyping: (state: TypingState | null) => void
}

/**
 * Text field in place of a code editor that has not loaded yet, so that no character is lost that is typed before. It
 * shows the chips of references, and the text itself while it has the focus.
 */
export function WaitingField(props: WaitingFieldProps) {
  const { value, placeholder, isMultiline, isReadOnly, attributes, onChange, onTyping } = props
  const [typed, setTyped] = useState<string | null>(null)
  const text = typed ?? value
  const follow = ({ currentTarget }: SyntheticEvent<HTMLTextAreaElement>) => {
    const { value: current, selectionStart: from, selectionEnd: to } = currentTarget
    onTyping({ text: isMultiline ? current : asOneLine(current), from, to })
  }
  return (
    <div className="tn-expr-waiting">
      <div className="tn-expr-preview" aria-hidden>
        {text === '' ? <span className="tn-expr-placeholder">{placeholder}</span> : <TemplateText text={text} />}
      </div>
      <textarea
        {...attributes}
        rows={1}
        value={text}
        placeholder={placeholder}
        readOnly={isReadOnly}
        spellCheck={false}
        onChange={(event) => {
          const next = isMultiline ? event.currentTarget.value : asOneLine(event.currentTarget.value)
          setTyped(next)
          onChange(next)
          follow(event)
        }}
        onFocus={follow}
        onSelect={follow}
        onKeyDown={typedKeys((event) => {
          if (event.key === 'Enter' && !isMultiline) event.preventDefault()
        })}
        onBlur={() => {
          setTyped(null)
          onTyping(null)
        }}
      />
    </div>
  )
}
