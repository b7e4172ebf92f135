import type { JsonObject } from '@tenon/core/document'
import { useTranslate } from '../instance/instance-context.ts'
import { TriggerTexts } from '../shell/trigger-texts.tsx'
import { scheduleSentence } from './schedule-words.ts'

/** Sentence of a schedule, on its card. */
export function ScheduleSentence({ params }: { readonly params: JsonObject }) {
  return (
    <TriggerTexts>
      <Sentence params={params} />
    </TriggerTexts>
  )
}

function Sentence({ params }: { readonly params: JsonObject }) {
  const t = useTranslate()
  return scheduleSentence(params, t) ?? t('triggers.schedule.faulty')
}
