import type { TenonClient } from '@tenon/core/client'
import { useCallback } from 'react'
import { useResource } from '../../client/use-resource.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { DataTexts } from '../../shell/data-texts.tsx'

/**
 * Line that says for how many days runs are kept at most, since workflows may have fewer; empty while that is not known, and
 * if they are kept forever.
 */
export function KeptDays({ client }: { readonly client: TenonClient }) {
  const usage = useResource(useCallback((abortSignal: AbortSignal) => client.tenant.usage({ abortSignal }), [client]))
  const days = usage.value?.runsKeptDays ?? null
  return days === null ? null : (
    <DataTexts>
      <Line days={days} />
    </DataTexts>
  )
}

function Line({ days }: { readonly days: number }) {
  const t = useTranslate()
  return <p className="tn-runs-kept">{t('data.kept', { days })}</p>
}
