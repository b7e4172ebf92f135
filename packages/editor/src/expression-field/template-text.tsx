import { useMemo } from 'react'
import { splitTemplate } from '../graph/template-parts.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore } from '../session/session-context.tsx'
import { labelOfReference } from './reference-label.ts'

/** Renders a template with references as chips with the name of their node. */
export function TemplateText({ text }: { readonly text: string }) {
  const t = useTranslate()
  const nodes = useEditorStore((state) => state.nodesById)
  const parts = useMemo(() => splitTemplate(text), [text])
  return (
    <>
      {parts.map((part) => {
        if (part.kind === 'text') return part.text
        if (part.kind === 'expression') {
          return (
            <code key={part.from} className="tn-expr-expression">
              {part.text}
            </code>
          )
        }
        const label = labelOfReference(part.reference, nodes, t)
        return (
          <span
            key={part.from}
            className="tn-chip"
            data-tone={label.isBroken ? 'broken' : 'reference'}
            title={part.text}
          >
            {label.text}
          </span>
        )
      })}
    </>
  )
}
