import { forwardRef, type InputHTMLAttributes, type TextareaHTMLAttributes } from 'react'
import { classNames } from './class-names.ts'
import { useFieldControl } from './field.tsx'
import { typedKeys } from './key-handler.ts'

export interface TextInputProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange'> {
  readonly value: string
  readonly onChange: (value: string) => void
}

/** Field for one line of text. */
export const TextInput = forwardRef<HTMLInputElement, TextInputProps>(function TextInput(props, ref) {
  const { value, onChange, className, type = 'text', onKeyDown, ...rest } = props
  const field = useFieldControl()
  return (
    <input
      dir="auto"
      {...field}
      {...rest}
      ref={ref}
      type={type}
      className={classNames('tn-input', className)}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={typedKeys(onKeyDown)}
    />
  )
})

export interface TextAreaProps extends Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'value' | 'onChange'> {
  readonly value: string
  readonly onChange: (value: string) => void
  /** True for a monospace font, for JSON and code. */
  readonly mono?: boolean
}

/** Field for several lines of text. */
export const TextArea = forwardRef<HTMLTextAreaElement, TextAreaProps>(function TextArea(props, ref) {
  const { value, onChange, mono = false, className, rows = 4, onKeyDown, ...rest } = props
  const field = useFieldControl()
  return (
    <textarea
      dir="auto"
      {...field}
      {...rest}
      ref={ref}
      rows={rows}
      className={classNames('tn-input', className)}
      data-area
      data-mono={mono || undefined}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={typedKeys(onKeyDown)}
    />
  )
})
