import type { Ref } from 'react'
import { typedKeys } from '../ui/key-handler.ts'
import { asOneLine } from './one-line.ts'
import { TemplateText } from './template-text.tsx'

interface WaitingFieldProps {
  readonly value: string
  readonly placeholder: string
  readonly isMultiline: boolean
  readonly isReadOnly: boolean
  /** Attributes that name the field. */
  readonly attributes: Readonly<Record<string, string | undefined>>
  /** Stores the text at once, so that `value` is never older than what is shown. */
  readonly onChange: (text: string) => void
  readonly onBlur: () => void
  readonly fieldRef: Ref<HTMLTextAreaElement>
}

/**
 * Text field in place of a code editor that has not loaded yet, so that no character is lost that is typed before. It
 * shows the chips of references, and the text itself while it has the focus.
 */
export function WaitingField(props: WaitingFieldProps) {
  const { value, placeholder, isMultiline, isReadOnly, attributes, onChange, onBlur, fieldRef } = props
  return (
    <div className="tn-expr-waiting">
      <div className="tn-expr-preview" aria-hidden>
        {value === '' ? <span className="tn-expr-placeholder">{placeholder}</span> : <TemplateText text={value} />}
      </div>
      <textarea
        {...attributes}
        ref={fieldRef}
        rows={1}
        value={value}
        placeholder={placeholder}
        readOnly={isReadOnly}
        spellCheck={false}
        onBlur={onBlur}
        onChange={({ currentTarget: { value: text } }) => onChange(isMultiline ? text : asOneLine(text))}
        onKeyDown={typedKeys((event) => {
          if (event.key === 'Enter' && !isMultiline) event.preventDefault()
        })}
      />
    </div>
  )
}
