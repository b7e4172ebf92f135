import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore } from '../session/session-context.tsx'
import { Callout } from '../ui/callout.tsx'

/** Lists the typed texts that are not part of the draft to publish or test. */
export function RefusedInputNote() {
  const t = useTranslate()
  const refused = useEditorStore((state) => state.input.refused)
  const names = useEditorStore((state) => state.nodesById)
  if (refused.length === 0) return null
  const fields = refused.map(({ nodeId, label }) => {
    const name = nodeId === null ? undefined : names.get(nodeId)?.name
    return name === undefined ? label : t('publish.fieldOf', { label, name })
  })
  return (
    <Callout tone="waiting" title={t('publish.unsavedFields', { count: refused.length })}>
      {t('publish.unsavedFieldsText', { fields: fields.join(', ') })}
    </Callout>
  )
}
