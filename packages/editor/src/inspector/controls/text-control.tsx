import { ExpressionField } from '../../expression-field/expression-field.tsx'
import type { ControlProps } from './control-props.ts'
import { textOf } from './text-of.ts'

/** A line of text with references; grows with what is in it. */
export function TextControl(props: ControlProps) {
  return <TemplateControl {...props} isMultiline={false} />
}

/** Several lines for a model or a person. */
export function PromptControl(props: ControlProps) {
  return <TemplateControl {...props} isMultiline />
}

/** JSON or any other code. */
export function CodeControl(props: ControlProps) {
  return <TemplateControl {...props} isMultiline isMono />
}

/** A value that comes from elsewhere. */
export function ExpressionControl(props: ControlProps) {
  return <TemplateControl {...props} isMultiline={false} />
}

interface TemplateControlProps extends ControlProps {
  readonly isMultiline: boolean
  readonly isMono?: boolean
}

function TemplateControl(props: TemplateControlProps) {
  const { nodeId, field, value, onChange, isReadOnly, isInvalid, isMultiline, isMono = false, diagnostics } = props
  return (
    <ExpressionField
      nodeId={nodeId}
      path={field.path}
      value={textOf(value)}
      onChange={(text) => onChange(text === '' && !field.isRequired ? undefined : text)}
      isMultiline={isMultiline}
      isMono={isMono}
      hasTemplates={field.meta.literal !== true}
      placeholder={field.meta.placeholder}
      isReadOnly={isReadOnly}
      isInvalid={isInvalid}
      label={field.title}
      {...(diagnostics === undefined ? {} : { diagnostics })}
    />
  )
}
