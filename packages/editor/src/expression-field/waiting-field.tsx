import type { SyntheticEvent } from 'react'
import { typedKeys } from '../ui/key-handler.ts'
import type { FieldSelection } from './field-types.ts'
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
  /** Called when the field gets the focus and after each change of its selection; with `null` when it is left. */
  readonly onSelection: (selection: FieldSelection | null) => void
}

/**
 * Text field in place of a code editor that has not loaded yet, so that no character is lost that is typed before. It
 * shows the chips of references, and the text itself while it has the focus.
 */
export function WaitingField(props: WaitingFieldProps) {
  const { value, placeholder, isMultiline, isReadOnly, attributes, onChange, onSelection } = props
  const follow = ({ currentTarget }: SyntheticEvent<HTMLTextAreaElement>) =>
    onSelection({ from: currentTarget.selectionStart, to: currentTarget.selectionEnd })
  return (
    <div className="tn-expr-waiting">
      <div className="tn-expr-preview" aria-hidden>
        {value === '' ? <span className="tn-expr-placeholder">{placeholder}</span> : <TemplateText text={value} />}
      </div>
      <textarea
        {...attributes}
        rows={1}
        value={value}
        placeholder={placeholder}
        readOnly={isReadOnly}
        spellCheck={false}
        onChange={(event) => {
          const { value: text } = event.currentTarget
          onChange(isMultiline ? text : asOneLine(text))
          follow(event)
        }}
        onFocus={follow}
        onSelect={follow}
        onKeyDown={typedKeys((event) => {
          if (event.key === 'Enter' && !isMultiline) event.preventDefault()
        })}
        onBlur={() => onSelection(null)}
      />
    </div>
  )
}
