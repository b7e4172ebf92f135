import type { RunHealth } from '@tenon/core/client'
import { useTranslate } from '../../instance/instance-context.ts'
import { Badge } from '../../ui/badge.tsx'

/** Badge with the obstacle of a run in one word; the message of the server is its title. */
export function HealthBadge({ health }: { readonly health: RunHealth }) {
  const t = useTranslate()
  return (
    <span title={health.message}>
      <Badge tone="failed">{t(`runs.health.${health.code}`)}</Badge>
    </span>
  )
}
