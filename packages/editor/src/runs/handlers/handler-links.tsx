import type { Run } from '@tenon/core/client'
import { useTranslate } from '../../instance/instance-context.ts'
import { HandlerTexts } from '../../shell/handler-texts.tsx'
import { OpenRunButton } from '../calls/open-run-button.tsx'
import { shortRunId } from '../format/short-run-id.ts'

interface HandlerLinksProps {
  readonly run: Pick<Run, 'handles' | 'handledBy'>
}

/** Links from a run to the one whose failure it handles, and to the one that handles its own. */
export function HandlerLinks(props: HandlerLinksProps) {
  return (
    <HandlerTexts>
      <Links {...props} />
    </HandlerTexts>
  )
}

function Links({ run }: HandlerLinksProps) {
  const t = useTranslate()
  return (['handles', 'handledBy'] as const).map((link) => {
    const runId = run[link]
    return (
      runId !== null && (
        <span key={link} className="tn-started-by" dir="auto">
          <OpenRunButton runId={runId}>{t(`runs.${link}`, { run: shortRunId(runId) })}</OpenRunButton>
        </span>
      )
    )
  })
}
