import type { NodeId, WorkflowNode } from '@tenon/core/document'
import { useMemo } from 'react'
import { splitTemplate } from '../graph/template-parts.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore } from '../session/session-context.tsx'
import { labelOfReference } from './reference-label.ts'

/** Renders a template of the open draft with references as chips with the name of their node. */
export function TemplateText({ text }: { readonly text: string }) {
  const nodes = useEditorStore((state) => state.nodesById)
  return <TemplateParts text={text} nodes={nodes} />
}

interface TemplatePartsProps {
  readonly text: string
  /** Nodes of the document that contains the template. */
  readonly nodes: ReadonlyMap<NodeId, WorkflowNode>
}

/** Renders a template with references as chips with the name of their node. */
export function TemplateParts({ text, nodes }: TemplatePartsProps) {
  const t = useTranslate()
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
