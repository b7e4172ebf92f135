import { useTranslate } from '../instance/instance-context.ts'
import type { RefusedInput } from './pending-input.ts'
import { useEditorStore } from './session-context.tsx'

/** Returns a function that names a field together with its node. */
export function useFieldName(): (field: RefusedInput) => string {
  const t = useTranslate()
  const nodes = useEditorStore((state) => state.nodesById)
  return ({ nodeId, label }) => {
    const name = nodeId === null ? undefined : nodes.get(nodeId)?.name
    return name === undefined ? label : t('publish.fieldOf', { label, name })
  }
}
