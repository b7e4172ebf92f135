import { ExpressionField } from '../../expression-field/expression-field.tsx'
import type { ControlProps } from './control-props.ts'
import { textOf } from './text-of.ts'

/** Control for a line of text with references; it grows with its content. */
export function TextControl(props: ControlProps) {
  return <TemplateControl {...props} isMultiline={false} />
}

/** Control for several lines of text, such as a prompt. */
export function PromptControl(props: ControlProps) {
  return <TemplateControl {...props} isMultiline />
}

/** Control for JSON or other code. */
export function CodeControl(props: ControlProps) {
  return <TemplateControl {...props} isMultiline isCode />
}

/** Control for an expression. */
export function ExpressionControl(props: ControlProps) {
  return <TemplateControl {...props} isMultiline={false} />
}

interface TemplateControlProps extends ControlProps {
  readonly isMultiline: boolean
  readonly isCode?: boolean
}

function TemplateControl(props: TemplateControlProps) {
  const { nodeId, field, value, onChange, isReadOnly, isInvalid, isMultiline, isCode = false, diagnostics } = props
  return (
    <ExpressionField
      nodeId={nodeId}
      path={field.path}
      value={textOf(value)}
      onChange={(text) => onChange(text === '' && !field.isRequired ? undefined : text)}
      isMultiline={isMultiline}
      isCode={isCode}
      hasTemplates={field.meta.literal !== true}
      placeholder={field.meta.placeholder}
      isReadOnly={isReadOnly}
      isInvalid={isInvalid}
      label={field.title}
      {...(diagnostics === undefined ? {} : { diagnostics })}
    />
  )
}
