import type { RunHealth } from '@tenon/core/client'
import { useTranslate } from '../../instance/instance-context.ts'
import { failureTexts } from '../../messages/coded-texts.ts'
import { Badge } from '../../ui/badge.tsx'

/** Badge with the obstacle of a run in one word; its description is the title. */
export function HealthBadge({ health }: { readonly health: RunHealth }) {
  const t = useTranslate()
  return (
    <span title={failureTexts(health, t).why}>
      <Badge tone="failed">{t(`runs.health.${health.code}`)}</Badge>
    </span>
  )
}
