import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore } from '../session/session-context.tsx'
import { useFieldName } from '../session/use-field-name.ts'
import { Callout } from '../ui/callout.tsx'

/** Lists the typed texts that are not part of the draft to publish or test. */
export function RefusedInputNote() {
  const t = useTranslate()
  const refused = useEditorStore((state) => state.input.refused)
  const nameOf = useFieldName()
  if (refused.length === 0) return null
  const fields = refused.map(nameOf)
  return (
    <Callout tone="waiting" title={t('publish.unsavedFields', { count: refused.length })}>
      {t('publish.unsavedFieldsText', { fields: fields.join(', ') })}
    </Callout>
  )
}
