import { TenonError } from '@tenon/core/errors'
import type { Translate } from '../../messages/format.ts'
import { failureText } from '../../ui/error-state.tsx'

/** Codes of the issues of `RERUN_REFUSED` that have a text of their own; that of `changed` names the nodes. */
const REFUSALS = ['undone', 'nothing_failed', 'inside_loop', 'not_reached'] as const

/** Returns the reason why a run could not be run again, in words for people. */
export function refusalText(error: unknown, t: Translate): string {
  if (error instanceof TenonError) {
    if (error.code === 'WORKFLOW_NOT_FOUND') return t('runs.again.deleted')
    if (error.code === 'RUN_NOT_ENDED') return t('runs.again.notEnded')
    const codes = error.code === 'RERUN_REFUSED' ? issueCodes(error) : []
    const refusal = REFUSALS.find((code) => codes.includes(code))
    if (refusal !== undefined) return t(`runs.again.refused.${refusal}`)
  }
  return failureText(error, t, 'runs.form.failed')
}

function issueCodes({ details }: TenonError): readonly unknown[] {
  const issues: unknown = details?.issues
  if (!Array.isArray(issues)) return []
  return issues.map((issue: unknown) =>
    typeof issue === 'object' && issue !== null && 'code' in issue ? issue.code : null,
  )
}
